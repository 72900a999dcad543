"""The place where something was found, and its marks."""

from hypothesis import given
from hypothesis import strategies as st

from hcpov.search.excerpts import LENGTH, Pieces, marked, whole
from hcpov.search.questions import parse

LONG = "Before. " * 40 + "The café on the ward, at night, is open. " + "Behind. " * 80


def _shown(pieces: Pieces) -> str:
    return "".join(f"[{words}]" if is_marked else words for words, is_marked in pieces)


def test_words_are_marked_as_they_were_written() -> None:
    assert _shown(whole("Café, naïve and CAFE", parse("cafe ").terms)) == "[Café], naïve and [CAFE]"
    assert _shown(whole("Nurses nurse", parse("nur").terms)) == "[Nurses] [nurse]"
    assert _shown(whole("On the ward, at night", parse('"ward at night"').terms)) == "On the [ward, at night]"
    assert _shown(whole("Nothing here", parse("ward").terms)) == "Nothing here"


def test_a_long_text_is_shown_around_the_first_find() -> None:
    said = _shown(marked(LONG, parse("ward cafe ").terms))
    assert said.startswith("…Before.") and said.endswith("…")
    assert "The [café] on the [ward], at night" in said
    assert len(said) < LENGTH + 20
    assert marked(LONG, parse("elsewhere").terms) == []


def test_of_several_places_the_one_that_has_most_is_shown() -> None:
    text = "The ward. " + "Nothing of it. " * 40 + "A kettle on the ward of old." + " Behind." * 90
    assert "A [kettle] on the [ward]" in _shown(marked(text, parse("ward kettle ").terms))


def test_markup_is_text_like_any() -> None:
    assert whole("<b>ward</b>", parse("ward").terms) == [("<b>", False), ("ward", True), ("</b>", False)]


@given(st.text(max_size=600), st.text(max_size=12))
def test_pieces_are_a_part_of_the_text(text: str, typed: str) -> None:
    terms = parse(typed).terms
    pieces = marked(text, terms)
    said = "".join(words for words, _ in pieces).strip("…")
    assert said in text
    assert bool(pieces) == any(is_marked for _, is_marked in pieces) or not pieces
    assert "".join(words for words, _ in whole(text, terms)) == text
