"""The place in a text where something was found, with the words that were looked for marked."""

from collections.abc import Sequence

from hcpov.search.questions import Term
from hcpov.text.folding import Word, words

LENGTH = 230  # characters
BEFORE = 60  # of them before the first find
READ = 400_000  # characters of a text that are looked through

Pieces = list[tuple[str, bool]]


def marked(text: str, terms: Sequence[Term], length: int = LENGTH, before: int = BEFORE) -> Pieces:
    """Returns a text's part around the first find, in pieces that are marked or not; empty when nothing is there."""
    passed: list[Word] = []
    spans: list[tuple[int, int]] = []
    end = len(text)
    for word in words(text[:READ]):
        if word.start > end:
            break
        passed.append(word)
        for term in terms:
            if span := _ended(passed, term):
                spans.append(span)
                end = min(end, max(spans[0][0] - before, 0) + length)
    if not spans:
        return []
    return _pieces(text, spans, *_window(text, passed, spans[0][0], end, before))


def whole(text: str, terms: Sequence[Term]) -> Pieces:
    """Returns a short text, all of it, in pieces that are marked or not."""
    return marked(text, terms, len(text), len(text)) or [(text, False)]


def _ended(passed: list[Word], term: Term) -> tuple[int, int] | None:
    """Returns where a term stands that ends with the last word."""
    size = len(term.words)
    if len(passed) < size:
        return None
    *first, last = term.words
    if passed[-1].folded != last and not (term.beginning and passed[-1].folded.startswith(last)):
        return None
    here = passed[-size:]
    if size > 1 and [word.folded for word in here[:-1]] != first:
        return None
    return here[0].start, here[-1].end


def _window(text: str, passed: list[Word], first: int, end: int, before: int) -> tuple[int, int]:
    """Returns from where to where a text is shown: whole words, and from its beginning when that is near."""
    start = 0
    if first > before:
        start = next(word.start for word in passed if word.start >= first - before)
    if end >= len(text):
        return start, len(text)
    stop = max((word.end for word in passed if word.end <= end), default=end)
    return start, max(stop, start + 1)


def _pieces(text: str, spans: list[tuple[int, int]], start: int, stop: int) -> Pieces:
    pieces: Pieces = []
    at = start
    for begin, end in sorted(spans):
        if begin < at or end > stop:
            continue
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    pieces.append((text[at:stop] + ("…" if stop < len(text) else ""), False))
    if start:
        pieces.insert(0, ("…", False))
    return [piece for piece in pieces if piece[0]]
