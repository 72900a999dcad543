"""Keyset paging: a page starts after a row, so page 1,000 costs what page 1 costs."""

from flask import abort, request


def row_number(name: str) -> int | None:
    """Returns the row id in the query argument `name`, or None when there is none. Anything else is no page: 404.

    Nine digits at most: PostgreSQL's integers end at ten.
    """
    text = request.args.get(name)
    return None if text is None else _number(text)


def lettered_number(name: str, letters: str) -> tuple[str, int] | None:
    """Returns such as `c12` in the query argument `name` as letter and row id, for a list of more than one table."""
    text = request.args.get(name)
    if text is None:
        return None
    if text[:1] not in set(letters):
        abort(404)
    return text[0], _number(text[1:])


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        abort(404)
    return int(text)
