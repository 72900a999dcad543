"""Two changes of one text, put together; and times as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcpov.text import merging
from hcpov.text.local_times import NoMoment, moment_at, normal, typed
from hcpov.text.merging import ADDED, REMOVED, SAME, changes, is_undecided, merge

TEXTS = st.text(alphabet="ab \n", max_size=60)
BASE = "One two three.\n\nFour five six.\n\nSeven."
YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (BASE.replace("two", "2"), BASE.replace("five", "5"), BASE.replace("two", "2").replace("five", "5")),
        (BASE.replace("One", "1"), BASE.replace("three", "3"), BASE.replace("One", "1").replace("three", "3")),
        (BASE, BASE + "\n\nEight.", BASE + "\n\nEight."),
        (BASE + "\n\nEight.", BASE, BASE + "\n\nEight."),
        ("", BASE, ""),
        (BASE.replace("two", "2"), BASE.replace("two", "2"), BASE.replace("two", "2")),
    ],
)
def test_what_only_one_changed_is_taken(mine: str, theirs: str, both: str) -> None:
    assert merge(BASE, mine, theirs) == merging.Merged(both, 0)
    assert merge(BASE, theirs, mine) == merging.Merged(both, 0)


def test_what_both_changed_stands_twice() -> None:
    done = merge(BASE, BASE.replace("two", "2"), BASE.replace("two", "II"))
    assert done.conflicts == 1
    assert "One 2 three." in done.text and "One II three." in done.text
    assert is_undecided(done.text) and not is_undecided(BASE)
    assert done.text.endswith("Four five six.\n\nSeven.")


@given(TEXTS, TEXTS, TEXTS)
def test_no_word_of_either_is_lost(base: str, mine: str, theirs: str) -> None:
    if merge(base, mine, theirs).conflicts == 0 and base == theirs:
        assert merge(base, mine, theirs).text == mine
    assert merge(base, mine, mine).text == mine
    assert merge(base, base, theirs).text == theirs


@given(TEXTS, TEXTS)
def test_differences_hold_both_texts(old: str, new: str) -> None:
    pieces = changes(old, new)
    assert "".join(text for kind, text in pieces if kind != ADDED) == (f"{old}\n" if old else "")
    assert "".join(text for kind, text in pieces if kind != REMOVED) == (f"{new}\n" if new else "")


def test_differences_are_words() -> None:
    assert changes("one two three", "one 2 three") == [
        (SAME, "one "),
        (REMOVED, "two "),
        (ADDED, "2 "),
        (SAME, "three\n"),
    ]


def test_long_hostile_texts_are_bounded() -> None:
    blank, lines = "\n" * 100_000, "a\n" * 90_000
    assert merge(blank, lines, "b\n" * 80_000).conflicts == 1
    assert changes("a " * 100_000, "b " * 100_000)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T08:00", datetime(2026, 11, 23, 13, tzinfo=UTC)),
        ("2027-07-01T08:00:30", datetime(2027, 7, 1, 12, 0, 30, tzinfo=UTC)),
        ("2027-03-14T03:00", datetime(2027, 3, 14, 7, tzinfo=UTC)),
        ("2027-11-07T02:00", datetime(2027, 11, 7, 7, tzinfo=UTC)),
    ],
)
def test_times_of_a_place(text: str, moment: datetime) -> None:
    assert moment_at(text, YORK, NOW) == moment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "such as"),
        ("tomorrow", "such as"),
        ("2026-11-23T08:00+05:00", "such as"),
        ("2026-11-22T06:59", "over"),
        ("2027-03-14T02:30", "go forward"),
        ("2027-11-07T01:30", "twice"),
        ("0001-01-01T00:00", "within 5 years"),
        ("9999-12-31T23:59", "within 5 years"),
        ("2" * 5000, "such as"),
    ],
)
def test_times_that_cannot_be_meant(text: str, words: str) -> None:
    with pytest.raises(NoMoment, match=words):
        moment_at(text, YORK, NOW)


def test_times_go_into_the_form_and_back() -> None:
    assert typed(datetime(2026, 11, 23, 13, tzinfo=UTC), YORK) == "2026-11-23T08:00"
    assert normal("2026-11-23 08:00:00") == "2026-11-23T08:00"
    assert normal("2026-11-23T08:00:07") == "2026-11-23T08:00:07"
    assert (normal("soon"), typed(None, YORK)) == ("soon", "")
