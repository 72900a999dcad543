"""PostgreSQL's side: tsvector. Vectors and queries are written out here, past its parsers and dictionaries."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

from hcpov.search.questions import Question, Term

PLACES = 16_383  # the last place that a vector knows; words behind it are found, phrases of them are not
OFTEN = 255  # places of one word that a vector knows


def candidates(table: str) -> str:
    """Returns the statement for the newest documents that match, `asked` being what `expression` made."""
    shown = "SELECT rowid, title, aside, body, day"
    return f"{shown} FROM {table} WHERE words @@ CAST(:asked AS tsquery) ORDER BY rowid DESC LIMIT :most"


def put(table: str) -> str:
    """Returns the statement that puts documents in, or anew."""
    names = ("title", "aside", "body", "day", "words")
    anew = ", ".join(f"{name} = excluded.{name}" for name in names)
    return (
        f"INSERT INTO {table} (rowid, {', '.join(names)})"  # noqa: S608
        " VALUES (:number, :title, :aside, :body, :day, CAST(:words AS tsvector))"
        f" ON CONFLICT (rowid) DO UPDATE SET {anew}"
    )


def row(number: int, fields: tuple[str, str, str], facets: str, day: int) -> dict[str, object]:
    """Returns a document as `put` takes it."""
    title, aside, body = fields
    said = {"number": number, "title": title, "aside": aside, "body": body, "day": day}
    return said | {"words": vector(fields, facets)}


def vector(fields: Sequence[str], facets: str) -> str:
    """Returns folded texts as a vector; a place is left free between two of them, so that no phrase spans both."""
    places: dict[str, list[str]] = {}
    place = 0
    for field in fields:
        for word in field.split():
            place += 1
            if place <= PLACES:
                places.setdefault(word, []).append(str(place))
            else:
                places.setdefault(word, [])
        place += 1
    said = [f"'{word}'{':' if found else ''}{','.join(found[:OFTEN])}" for word, found in places.items()]
    return " ".join([*said, *(f"'{facet}'" for facet in facets.split())])


def expression(question: Question, facets: Sequence[Sequence[str]], whole: bool) -> str:
    """Returns a question as PostgreSQL reads it: each term and one of each group of facets."""
    wanted = [_term(term) for each in question.terms if (term := each.narrowed(whole))]
    wanted += [f"({' | '.join(_quoted(each) for each in group)})" for group in facets]
    wanted += [f"!{_term(term)}" for term in question.without]
    return " & ".join(wanted)


def shortened(question: Question) -> bool:
    """Says whether `expression` asks for less than was typed when it need not be whole."""
    return any(term.is_short for term in question.terms)


@contextmanager
def deadline(connection: Connection, seconds: float) -> Iterator[None]:
    """Ends what is asked from here to the transaction's end after some time, with OperationalError. One query."""
    connection.execute(
        text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": str(int(seconds * 1000))}
    )
    yield


def tidy(_connection: Connection, _table: str, _first: bool) -> bool:
    """Says that nothing is left to do: autovacuum does it."""
    return False


def _term(term: Term) -> str:
    *first, last = term.words
    return f"({' <-> '.join([*map(_quoted, first), _quoted(last) + (':*' if term.beginning else '')])})"


def _quoted(words: str) -> str:
    return f"'{words}'"
