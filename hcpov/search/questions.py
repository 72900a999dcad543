"""What people type into a search, understood: words, "quoted phrases", -left out, and the beginning of a last word.

Nothing else has a meaning: operators, wildcards and brackets are blanks, and no text is a mistake.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from hcpov.text.folding import words

LONGEST = 200  # characters that are read
TERMS = 10  # words and phrases that are looked for
PHRASE = 12  # words of a phrase
BEGINNING = 2  # letters of a beginning that a database is asked for; of one letter there are too many

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_TERM = re.compile(r'(?P<leave>-?)(?:"(?P<phrase>[^"]*)(?P<closed>"?)|(?P<chunk>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """Words that stand one behind the other; of a `beginning` the last one may go on."""

    words: tuple[str, ...]
    beginning: bool = False

    @cached_property
    def needle(self) -> str:
        """What is in a folded text that has the term."""
        return f" {' '.join(self.words)}{'' if self.beginning else ' '}"

    @property
    def is_short(self) -> bool:
        """Says whether it is a beginning of one letter."""
        return self.beginning and len(self.words[-1]) < BEGINNING

    def narrowed(self, whole: bool) -> "Term | None":
        """Returns what a database is asked for: a beginning of one letter not at all, or as a `whole` word.

        None when nothing is left to ask for.
        """
        if not self.is_short:
            return self
        left = self.words if whole else self.words[:-1]
        return Term(left) if left else None


@dataclass(frozen=True)
class Question:
    """What is looked for, what must not be there, and whether something was typed beyond what is read."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    cut: bool = False


def parse(text: str) -> Question:
    """Returns what a text asks for. Never raises. A single letter and nothing else is a word."""
    typed = text.translate(_QUOTES)
    read = typed[:LONGEST]
    terms: dict[Term, None] = {}
    without: dict[Term, None] = {}
    for found in _TERM.finditer(read):
        chunk = found["chunk"] or ""
        parts = tuple(word.folded for word in words(found["phrase"] or chunk))[:PHRASE]
        if not parts:
            continue
        leaves_out = bool(found["leave"]) and (found.start() == 0 or read[found.start() - 1].isspace())
        goes_on = chunk.endswith("*") or (found.end() == len(read) and not found["closed"] and not leaves_out)
        (without if leaves_out else terms)[Term(parts, goes_on)] = None
    chosen, left_out = list(terms)[:TERMS], list(without)[:TERMS]
    if all(term.narrowed(whole=False) is None for term in chosen):
        chosen = [Term(term.words) for term in chosen]
    cut = len(typed.strip()) > LONGEST or len(terms) > TERMS or len(without) > TERMS
    return Question(tuple(chosen), tuple(term for term in left_out if not term.is_short), cut)
