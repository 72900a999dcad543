"""Whether a text has what is looked for, and how well it fits: the same on every database, whatever that found."""

from collections.abc import Sequence
from typing import NamedTuple

from hcpov.search.questions import Question, Term

# How much a term counts in a title, beside it (summary, names), and in the text.
WEIGHTS = (8.0, 3.0, 1.0)
# Letters that such a field usually has: in a longer one a term says less.
USUAL = {"post": (45, 160, 5_000), "comment": (1, 20, 350)}
COMMENT = 0.8  # what a comment counts against a post that says as much
A_YEAR = 0.1  # what a year of youth counts
DAYS = 365.25
SATURATION, LENGTH = 1.2, 0.75  # k1 and b of BM25 (Robertson and Zaragoza 2009)


class Document(NamedTuple):
    """A post or comment as it is looked through: its folded texts, and its day as a number."""

    number: int
    title: str
    aside: str
    body: str
    day: int


def has(document: Document, question: Question) -> bool:
    """Says whether a document has each term and nothing that is left out."""
    fields = document[1:4]
    return all(_stands(term, fields) for term in question.terms) and not any(
        _stands(term, fields) for term in question.without
    )


def score(document: Document, question: Question, kind: str) -> float:
    """Returns how well a document fits, as BM25 weighs it but for how rare a term is: each has every term."""
    total = 0.0
    for term in question.terms:
        for text, weight, usual in zip(document[1:4], WEIGHTS, USUAL[kind], strict=True):
            if often := text.count(term.needle):
                norm = SATURATION * (1 - LENGTH + LENGTH * len(text) / usual)
                total += weight * often * (SATURATION + 1) / (often + norm)
    return total * (COMMENT if kind == "comment" else 1.0) + A_YEAR * document.day / DAYS


def _stands(term: Term, fields: Sequence[str]) -> bool:
    return any(term.needle in text for text in fields)
