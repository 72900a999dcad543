"""The place in a text where something was found, with the words that were looked for marked."""

from collections.abc import Sequence
from typing import NamedTuple

from hcpov.search.questions import Term
from hcpov.text.folding import Word, words

LENGTH = 230  # characters
BEFORE = 60  # of them before the first find
READ = 60_000  # characters of a text that are looked through
CHOICE = 40  # finds among which the best place is chosen

Pieces = list[tuple[str, bool]]


class Find(NamedTuple):
    """Where a term stands, and which one it is."""

    start: int
    end: int
    term: int


def marked(text: str, terms: Sequence[Term], length: int = LENGTH, before: int = BEFORE) -> Pieces:
    """Returns the part of a text in which most of the terms stand, the first such, in pieces that are marked or not.

    Empty when none stands in it.
    """
    passed: list[Word] = []
    finds: list[Find] = []
    for word in words(text[:READ]):
        passed.append(word)
        for number, term in enumerate(terms):
            if (start := _begun(passed, term)) is not None:
                finds.append(Find(start, word.end, number))
    if not finds:
        return []
    first = max(finds[:CHOICE], key=lambda find: (_told(finds[:CHOICE], find, length - before), -find.start)).start
    start, stop = _window(text, passed, first, max(first - before, 0) + length, before)
    return _pieces(text, finds, start, stop)


def whole(text: str, terms: Sequence[Term]) -> Pieces:
    """Returns a short text, all of it, in pieces that are marked or not."""
    return marked(text, terms, len(text), len(text)) or [(text, False)]


def _begun(passed: list[Word], term: Term) -> int | None:
    """Returns where a term begins that ends with the last word; None when it does not."""
    *first, last = term.words
    if passed[-1].folded != last and not (term.beginning and passed[-1].folded.startswith(last)):
        return None
    here = passed[-len(term.words) :]
    if first and [word.folded for word in here[:-1]] != first:
        return None
    return here[0].start


def _told(finds: list[Find], first: Find, length: int) -> int:
    """Returns how many of the terms stand within a length from a find on."""
    return len({find.term for find in finds if first.start <= find.start and find.end <= first.start + length})


def _window(text: str, passed: list[Word], first: int, end: int, before: int) -> tuple[int, int]:
    """Returns from where to where a text is shown: whole words, and from its beginning when that is near."""
    start = 0
    if first > before:
        start = next(word.start for word in passed if word.start >= first - before)
    if end >= len(text):
        return start, len(text)
    stop = max((word.end for word in passed if word.end <= end), default=end)
    return start, max(stop, start + 1)


def _pieces(text: str, finds: list[Find], start: int, stop: int) -> Pieces:
    pieces: Pieces = []
    at = start
    for begin, end, _ in sorted(finds):
        if begin < at or end > stop:
            continue
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    pieces.append((text[at:stop] + ("…" if stop < len(text) else ""), False))
    if start:
        pieces.insert(0, ("…", False))
    return [piece for piece in pieces if piece[0]]
