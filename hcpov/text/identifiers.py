"""Finds what could tell who a patient is, as far as text can show it: a courtesy to writers, not compliance.

The kinds are those of the Safe Harbor list (45 CFR 164.514(b)(2)). Names are found by their setting only ("my patient
Mr …"), dates only beside an event in someone's care. Each rule is a pattern and a question about the words around it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from re import compile as pattern

from hcpov.text import contacts, cued_numbers, occasions, person_names, postal, spanish
from hcpov.text.finds import Find, Kind, Span, apart
from hcpov.text.passage import Passage

__all__ = ["Find", "Kind", "find"]

_WORD = pattern(r"\w+")
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor herr frau and sr sra srta don doña dña señor señora dra y".split()
)


def find(text: str, own_words: Iterable[str] = ()) -> list[Find]:
    """Returns what could identify a patient in `text`, in order and without overlaps: the longest of several wins.

    `own_words` are names and places of the writer and of the post's authors: a find made of nothing else is left out.
    Takes time in proportion to the length of the text, whatever is in it.
    """
    passage = Passage(text)
    own = frozenset(word for words in own_words for word in _WORD.findall(Passage(words).low))
    found = []
    for span in apart(_outside_links(passage)):
        if not _is_own(passage.low[span.start : span.end], own):
            end = span.start + len(passage.text[span.start : span.end].rstrip(" .,;-"))
            start, end = passage.in_source(span.start, end)
            found.append(Find(span.kind, start, end, text[start:end]))
    return found


def _outside_links(passage: Passage) -> Iterator[Span]:
    """Yields what every noun finds, but nothing inside a cited link; a link's own page or machine counts."""
    links = iter(contacts.links(passage))
    link = next(links, None)
    nouns = (cued_numbers, contacts, postal, occasions, person_names, spanish)
    for span in sorted(chain.from_iterable(noun.spans(passage) for noun in nouns), key=lambda span: span.start):
        while link and link[1] <= span.start:
            link = next(links, None)
        inside = link and link[0] <= span.start
        if not inside or span.kind in (Kind.PROFILE, Kind.IP):
            yield span


def _is_own(text: str, own: frozenset[str]) -> bool:
    """Says whether all words of a find but titles are the writer's own; a single letter may be an own word's first."""
    words = [word for word in _WORD.findall(text) if word not in _TITLES]
    if not words or not own:
        return False
    firsts = {word[0] for word in own}
    return all(word in own or (len(word) == 1 and word in firsts and len(words) > 1) for word in words)
