"""The finder of patient identifiers: what it finds, what it leaves alone, and that no text takes it long."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcpov.text import check_digits
from hcpov.text.finds import Span, apart
from hcpov.text.identifiers import Find, Kind, find
from hcpov.text.passage import Passage
from tests.text import corpus

DEVELOPED = corpus.read(corpus.FOLDER / "developed.txt")
HELD_OUT = corpus.read(corpus.FOLDER / "held_out.txt")
CARELESS = corpus.read(corpus.FOLDER / "careless.txt")
LAST = corpus.read(corpus.FOLDER / "last.txt")
ALL = DEVELOPED + HELD_OUT + CARELESS + LAST

# Pieces of which identifiers are made, so that made-up texts come near them.
PIECES = st.sampled_from(
    (
        "Mr Mrs. Smith Dr. patient named born admitted on DOB 4/12/1961 March 4th 2026-03-04 94 -year-old aged 91 MRN "
        "NHS SSN number no. # : ( ) 555-0142 +44 7700 900123 943 476 5919 jane@example.org [at] dot example https:// "
        "facebook.com/jane 192.0.2.7 2001:db8::1 12 Elm Street , . \n IL 62704 VIN 1M8GDM9AXKP042788 1EG4-TE5-MK73 "
        "plate KX62 in bed \u200b \u202e \uff15 \u00a0 \u2011 \u0130 \u00df é \U0001d7dd ~"
    ).split(" ")
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join))


def kinds(text: str, *own_words: str) -> list[tuple[str, str]]:
    return [(one.kind.value, one.text) for one in find(text, own_words)]


def test_the_corpus_is_large_and_balanced() -> None:
    assert len(DEVELOPED) + len(HELD_OUT) >= 360
    assert len(HELD_OUT) >= 120
    for lines in (DEVELOPED, HELD_OUT, CARELESS, LAST):
        assert 0.4 <= sum(bool(line.labels) for line in lines) / len(lines) <= 0.6
    assert {label.kind for line in HELD_OUT for label in line.labels} == set(Kind)
    assert len({line.text for line in ALL}) == len(ALL)


@pytest.mark.parametrize(
    "lines",
    [DEVELOPED, HELD_OUT, CARELESS, LAST, ALL],
    ids=["developed", "held_out", "careless", "last", "all"],
)
def test_precision_and_recall(lines: list[corpus.Line]) -> None:
    by_kind, sentences = corpus.measure(lines)
    total = sum(by_kind.values(), corpus.Score())
    assert min(total.precision, total.recall, sentences.precision, sentences.recall) >= 0.90


def test_every_kind_is_found_in_most_places() -> None:
    by_kind, _ = corpus.measure(ALL)
    assert {kind for kind in Kind if by_kind[kind].precision < 0.8 or by_kind[kind].recall < 0.8} == set()


@pytest.mark.parametrize("kind", list(Kind))
def test_kinds_have_words_for_people(kind: Kind) -> None:
    assert kind.words.startswith(("a ", "an ", "the "))
    assert Kind(kind.value) is kind


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call 5\u200b55-0\u200b142 now", "5\u200b55-0\u200b142"),
        ("\u202eCall 555-0142", "555-0142"),
        ("Call \uff15\uff15\uff15-\uff10\uff11\uff14\uff12", "\uff15\uff15\uff15-\uff10\uff11\uff14\uff12"),
        ("Call 415\u00a0555\u20110172", "415\u00a0555\u20110172"),
        ("Call \u0665\u0665\u0665-\u0660\u0661\u0664\u0662", "\u0665\u0665\u0665-\u0660\u0661\u0664\u0662"),
        ("\u0130 \u0130 call 555-0142", "555-0142"),
        ("ring 555-0142\u200b", "555-0142"),
        ("\U0001f469\u200d\u2695\ufe0f call 555-0142", "555-0142"),
    ],
)
def test_tricks_of_typing_keep_offsets(text: str, found: str) -> None:
    assert [(one.text, text[one.start : one.end]) for one in find(text)] == [(found, found)]


@pytest.mark.parametrize(
    ("text", "own_words", "left"),
    [
        ("I am Mr. Keller.", ["Thomas Keller, Graz"], []),
        ("I am Mr. Keller.", [], ["Mr. Keller"]),
        ("I am Mrs J. Anand, thanks.", ["Jaya Anand"], []),
        ("Mr. Keller met Mrs. Vasquez in bed 2.", ["Thomas Keller"], ["Mrs. Vasquez"]),
        ("Mr. Keller Vasquez in bed 2.", ["Thomas Keller"], ["Mr. Keller Vasquez"]),
        ("Visit us at 40 Kirk Street.", ["40 Kirk Street"], []),
        ("Visit us at 41 Kirk Street.", ["40 Kirk Street"], ["41 Kirk Street"]),
        ("Call 555-0142.", ["555-0142"], []),
        ("Call 555-0143.", ["555-0142"], ["555-0143"]),
    ],
)
def test_own_words_are_no_finds(text: str, own_words: list[str], left: list[str]) -> None:
    assert [one.text for one in find(text, own_words)] == left


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("9434765919", check_digits.nhs_number),
        ("1234567893", check_digits.npi),
        ("AB1234563", check_digits.dea),
        ("1M8GDM9AXKP042788", check_digits.vin),
        ("GB33BUKB20201555555555", check_digits.iban),
    ],
)
def test_check_digits(number: str, rule: object) -> None:
    assert callable(rule)
    assert rule(number)
    place = 8 if rule is check_digits.vin else len(number) - 1
    wrong = [number[:place] + digit + number[place + 1 :] for digit in "0123456789" if digit != number[place]]
    assert not any(rule(one) for one in wrong)
    assert not rule(number[:8])


def test_numbers_without_a_cue_need_their_check_digit() -> None:
    assert kinds("It read 943 476 5919.") == [("record", "943 476 5919")]
    assert kinds("It read 943 476 5918.") == []
    assert kinds("It read AB1234563.") == [("licence", "AB1234563")]
    assert kinds("It read AB1234564.") == []
    assert kinds("It read 1M8GDM9AXKP042788.") == [("vehicle", "1M8GDM9AXKP042788")]
    assert kinds("It read 1M8GDM90XKP042788.") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://www.bmj.com/content/355/555-0142-admitted-2024-03-04", []),
        ("https://example.org/search?q=a&MRN:7741205&tel.(415)555-0172", []),
        ("https://www.facebook.com/jane.roe.77", [("profile", "https://www.facebook.com/jane.roe.77")]),
        ("https://www.facebook.com/groups/nurses", []),
        ("https://x.com/nejm/status/123456789012", []),
        ("https://www.linkedin.com/company/society-of-wards", []),
        ("She died on 3 May.", [("date", "3 May")]),
        ("The guideline was published on 3 May.", []),
        ("He was admitted on 3 May, before the guideline.", [("date", "3 May")]),
        ("Patients admitted after 3 May were excluded.", []),
        ("She was admitted, though the guideline was published on 3 May.", []),
        ("She was born in 1943.", []),
        ("She was born in March 1943.", [("date", "March 1943")]),
        ("He was admitted 3/14 and felt better.", [("date", "3/14")]),
        ("He was admitted with strength 4/5.", []),
        ("He was admitted 2/2 heart failure.", []),
        ("The ward is 94 years old.", []),
        ("He is 89.", []),
        ("He is 90.", [("age", "90")]),
        ("He is 90 or older.", []),
        ("She is 96% on air.", []),
        ("Dr. Patel in room 4 is late.", []),
        ("MRN 2024", []),
    ],
)
def test_borders(text: str, found: list[tuple[str, str]]) -> None:
    assert kinds(text) == found


def test_the_longest_wins_and_of_equals_the_first() -> None:
    long, short, other = Span(Kind.ADDRESS, 0, 9), Span(Kind.DATE, 2, 6), Span(Kind.NAME, 9, 12)
    assert apart([short, long, other]) == [long, other]
    assert apart([Span(Kind.SSN, 0, 5), Span(Kind.RECORD, 0, 5)]) == [Span(Kind.SSN, 0, 5)]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_finds_are_places_in_the_text(text: str) -> None:
    finds = find(text)
    assert finds == find(text)
    last = 0
    for one in finds:
        assert last <= one.start < one.end <= len(text)
        assert one.text == text[one.start : one.end]
        last = one.end


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_own_words_only_take_away(text: str) -> None:
    finds = find(text)
    assert set(find(text, ["Smith", "Elm"])) <= set(finds)
    assert all(is_mere_title(one) for one in find(text, [one.text for one in finds]))


def is_mere_title(one: Find) -> bool:
    return not re.sub(r"\b(?:mr|mrs|ms|miss|and|dr)\b|\W", "", Passage(one.text).low)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_folded_text_maps_back(text: str) -> None:
    passage = Passage(text)
    assert len(passage.low) == len(passage.text)
    for place in range(len(passage.text)):
        start, end = passage.in_source(place, place + 1)
        assert end == start + 1
        assert Passage(text[start]).text == passage.text[place]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(0, 40))
def test_what_stands_far_before_changes_nothing(text: str, blanks: int) -> None:
    before = "So it was.\n" + " " * (500 + blanks) + "\n"
    assert [(one.kind, one.text) for one in find(before + text)] == [(one.kind, one.text) for one in find(text)]


@pytest.mark.parametrize("length", range(3_850, 4_060, 7))
def test_long_texts_are_searched_without_seams(length: int) -> None:
    text = "My patient Mr Okonjo, MRN 4471902, aged 93, lives at 12 Elm Street, tel. (415) 555-0172."
    before = ("It was 7. " * 500)[:length] + "\n"
    assert kinds(before + text + before + text) == kinds(text) * 2
    assert len(kinds(text)) == 5


HOSTILE = [
    "7",
    "123 ",
    "1-",
    "a@",
    "a.",
    "(",
    "()",
    "\u200b",
    "5\u200b",
    "\u202e\u200f",
    "\uff15",
    "a",
    "A",
    "é",
    "Mr ",
    "Mr Ab ",
    "mrn ",
    "account no. 9 ",
    "1/1/11 ",
    "born 1/1/11 ",
    "call (555) ",
    "01 ",
    "http://",
    ". ",
    "a at a dot ",
    "1:",
    "\n",
    "1 A Bc De Fg ",
    "my patient Ab ",
    "Ab Cd, 45, ",
    "1.",
    "+1 ",
    "mi paciente Ab ",
    "Ab de la Cd ",
    "ingresó el 1 ",
    "calle Ab ",
    "número de historia 1 ",
]


def cpu(text: str) -> float:
    """Returns the least CPU time of two searches, in seconds."""
    times = []
    for _ in range(2):
        started = time.process_time()
        find(text)
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    """Eight times the text takes eight times as long; what grows with the square would take 64 times."""
    short = piece * (3_000 // len(piece))
    assert cpu(short * 8 + corpus.EVERY_CUE) < 20 * cpu(short + corpus.EVERY_CUE) + 0.01
