"""What people type, understood; and that no text is a mistake."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hcpov.search import fts5, tsvector
from hcpov.search.questions import LONGEST, PHRASE, TERMS, Question, Term, parse
from hcpov.text.folding import WORD_LENGTH, fold, folded, words

WARD, NIGHT = Term(("ward",)), Term(("night",))


@pytest.mark.parametrize(
    ("typed", "terms", "without"),
    [
        ("ward night ", (WARD, NIGHT), ()),
        ("ward nig", (WARD, Term(("nig",), True)), ()),
        ("Wárd* night ", (Term(("ward",), True), NIGHT), ()),
        ('"ward night"', (Term(("ward", "night")),), ()),
        ("“Ward Night” ", (Term(("ward", "night")),), ()),
        ('"ward nig', (Term(("ward", "nig"), True),), ()),
        ("hand-off ", (Term(("hand", "off")),), ()),
        ("ward -night ", (WARD,), (NIGHT,)),
        ('ward -"at night"', (WARD,), (Term(("at", "night")),)),
        ("-ward", (), (WARD,)),
        ("ward - night ", (WARD, NIGHT), ()),
        ("ward ward WARD ", (WARD,), ()),
        (
            "AND OR NOT NEAR(ward, 2) ",
            (*(Term((word,)) for word in ("and", "or", "not")), Term(("near", "ward")), Term(("2",))),
            (),
        ),
        ("title:ward ^night ", (Term(("title", "ward")), NIGHT), ()),
        ("c", (Term(("c",)),), ()),
        ("vitamin c", (Term(("vitamin",)), Term(("c",), True)), ()),
        ("夜勤", (Term(("夜", "勤"), True),), ()),
        ("", (), ()),
        ('* "" -- ( ) ^ : ~ % _ \\ \' ; -', (), ()),
    ],
)
def test_what_is_typed_is_understood(typed: str, terms: tuple[Term, ...], without: tuple[Term, ...]) -> None:
    assert parse(typed) == Question(terms, without)


def test_more_than_is_read_is_said() -> None:
    assert parse("a" * LONGEST).cut is False
    assert parse("a" * (LONGEST + 1)).cut is True
    many = parse(" ".join(f"word{number}" for number in range(20)) + " ")
    assert (len(many.terms), many.cut) == (TERMS, True)
    assert len(parse(f'"{"on " * 60}"').terms[0].words) == PHRASE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("cafe\u0301", "CAFÉ"),
        ("naïve", "naive"),
        ("Søren Łódź", "soren lodz"),
        ("STRASSE", "straße"),
        ("ﬁeld", "field"),
        ("İzmir", "izmir"),
        ("ναΐ", "ΝΑΪ"),
        ("हिन्दी", "हिन्दी"),
        ("ガ", "カ"),
        ("don\u2019t", "don't"),
    ],
)
def test_words_are_the_same_whatever_their_accents(one: str, other: str) -> None:
    assert folded(one) == folded(other) != "  "


@given(st.text(max_size=300))
@example("X" * (WORD_LENGTH + 1))
def test_any_text_is_words_that_both_databases_read(text: str) -> None:
    for word in words(text):
        assert 0 < len(word.folded) <= WORD_LENGTH
        assert not set(word.folded) & set(" '\"\\:*&|!()<>§\x00")
        assert text[word.start : word.end]
    assert folded(text) == f" {' '.join(word.folded for word in words(text))} "
    assert [word.folded for word in words(folded(text))] == folded(text).split()
    assert all(fold(word.folded) == word.folded for word in words(text))


@given(
    st.text(alphabet=st.sampled_from(list(" \"'*-+()^:~<>&|!%\\;,aAé夜ß\u0301\x00\ud800")), max_size=400)
    | st.text(max_size=400)
)
@settings(max_examples=400)
def test_no_text_is_a_mistake(text: str) -> None:
    asked = parse(text)
    assert len(asked.terms) <= TERMS and len(asked.without) <= TERMS
    if asked.terms:
        for side in (fts5, tsvector):
            assert side.expression(asked, [], True)
            assert side.expression(asked, [], False)


def test_ten_kilobytes_are_quickly_read() -> None:
    begun = time.thread_time()
    for text in ("a " * 5000, '"' * 10_000, "-" * 10_000, "é" * 10_000, "* " * 5000, '-"' * 5000):
        parse(text)
    assert time.thread_time() - begun < 1
