"""SQLite's side: FTS5. It gives the newest of what matches first, and stops when it has given enough.

A beginning of two or three letters is read from an index of its own. For a longer one FTS5 would first join all that
has any word with it, a million rows for a common one: so the first three letters are asked for, and the rest is looked
at row by row. Only when that finds little among many is the whole beginning asked for, which then is no common one.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

from hcpov.search.questions import Question, Term

INDEXED = 3  # letters of the longest beginnings that have an index
PATIENCE = 5  # how much longer a search may take when it waits
MERGED = 2000  # pages of an index, of a kilobyte each, that are written anew at once
STEPS = 500  # of SQLite's machine between two looks at the clock


def candidates(table: str) -> str:
    """Returns the statement for the newest documents that match, `asked` being what `expression` made."""
    shown = "SELECT rowid, title, aside, body, day"
    return f"{shown} FROM {table} WHERE {table} MATCH :asked ORDER BY rowid DESC LIMIT :most"


def put(table: str) -> str:
    """Returns the statement that puts documents in, or anew."""
    columns, values = "rowid, title, aside, body, facets, day", ":number, :title, :aside, :body, :facets, :day"
    return f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({values})"  # noqa: S608


def row(number: int, fields: tuple[str, str, str], facets: str, day: int) -> dict[str, object]:
    """Returns a document as `put` takes it."""
    title, aside, body = fields
    return {"number": number, "title": title, "aside": aside, "body": body, "facets": facets, "day": day}


def expression(question: Question, facets: Sequence[Sequence[str]], whole: bool) -> str:
    """Returns a question as FTS5 reads it: each term and one of each group of facets. Folded words have no quotes."""
    wanted = [_term(term, whole) for each in question.terms if (term := each.narrowed(whole))]
    wanted += [f"({' OR '.join(_quoted(each) for each in group)})" for group in facets]
    left_out = "".join(f" NOT {_term(term, True)}" for term in question.without)
    return f"({' AND '.join(wanted)}){left_out}"


def shortened(question: Question) -> bool:
    """Says whether `expression` asks for less than was typed when it need not be whole."""
    return any(term.is_short or (term.beginning and len(term.words[-1]) > INDEXED) for term in question.terms)


@contextmanager
def deadline(connection: Connection, seconds: float) -> Iterator[None]:
    """Ends what is asked inside after some time of the processor: SQLite then raises OperationalError.

    SQLite works in this thread, and a busy machine makes no search a slow one. Waiting for a disk has a limit as well.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    end, last = time.thread_time() + seconds, time.monotonic() + PATIENCE * seconds
    driver.set_progress_handler(lambda: time.thread_time() > end or time.monotonic() > last, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def tidy(connection: Connection, table: str, first: bool) -> bool:
    """Writes a part of an index anew, some ten milliseconds' worth; False when nothing is left to do. Does not commit.

    Until all is written anew, words of what was taken out are left in its pages. One that knows nothing else is empty.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    before = driver.total_changes
    pages = -MERGED if first else MERGED  # a negative number begins to join everything into one
    connection.execute(text(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', :pages)"), {"pages": pages})  # noqa: S608
    return driver.total_changes - before >= 2  # as SQLite's documentation tells that nothing was done


def _term(term: Term, whole: bool) -> str:
    if not term.beginning:
        return _quoted(" ".join(term.words))
    cut = term.words[-1] if whole else term.words[-1][:INDEXED]
    return f"{_quoted(' '.join([*term.words[:-1], cut]))} *"


def _quoted(words: str) -> str:
    return f'"{words}"'
