"""Rows as plain facts, and back: which columns of a table are kept, which are private, and what each may hold.

Facts are what JSON and YAML know. What is empty is left out, so that people read what there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table

from hcpov.audit.models import Audit
from hcpov.auth.models import Account, Credential, CredentialState, Tombstone
from hcpov.blog.models import Blog, Change, CommentRule, Kind, Post, Revision, State, Tag
from hcpov.comments.models import Comment, Decision, HeldWord
from hcpov.comments.models import State as CommentState
from hcpov.extensions import UtcDateTime
from hcpov.media.models import Picture
from hcpov.transfer.site.problems import broken
from hcpov.updates.models import Cadence, Subscription

HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class Shape:
    """What is kept of a table's rows, in this order. `choices` are the words that a column may hold."""

    table: Table
    names: tuple[str, ...]
    private: tuple[str, ...] = ()
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def columns(self, private: bool) -> list[Any]:
        """Returns the columns to select."""
        return [self.table.c[name] for name in (*self.names, *(self.private if private else ()))]

    def facts(self, row: Mapping[str, Any], private: bool) -> dict[str, Any]:
        """Returns a row as facts."""
        names = (*self.names, *(self.private if private else ()))
        return {name: _plain(row[name]) for name in names if not _is_empty(row[name])}

    def row(self, facts: object, where: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
        """Returns the columns that facts give, the same columns for all. `more` are facts that are no columns.

        Raises BadSite for what no such row could have been.
        """
        if not isinstance(facts, dict):
            raise broken(where, "facts with names were expected")
        known = (*self.names, *self.private)
        if strange := [str(name)[:40] for name in facts if name not in known and name not in more]:
            raise broken(where, f"“{strange[0]}” is not known here")
        return {name: self._read(name, facts.get(name), where) for name in known}

    def _read(self, name: str, fact: Any, where: str) -> Any:
        column: Any = self.table.c[name]
        kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type  # of JSON, object
        if fact is None:
            if column.nullable:
                return None
            if column.default is not None and column.default.is_scalar:
                return column.default.arg
            if kind is str and not column.primary_key:
                return ""
            if kind is object:
                return column.default.arg({}) if column.default is not None else None
            raise broken(where, f"“{name}” is missing")
        value = _value(kind, fact)
        allowed = self.choices.get(name)
        if value is None or (allowed and value not in allowed) or _is_too_long(column, value):
            raise broken(where, f"“{name}” holds what it cannot")
        return value


def _words(*enums: Any) -> frozenset[str]:
    return frozenset(str(each) for enum in enums for each in enum)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, str) else value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _value(kind: type, fact: Any) -> Any:
    """Returns a fact as a column of this kind holds it; None for one that does not fit."""
    if kind is object:
        return fact
    if kind in {datetime, date}:
        return _moment(kind, fact)
    if kind is str:
        return fact if isinstance(fact, str) and "\0" not in fact else None
    if kind is int:
        return fact if isinstance(fact, int) and not isinstance(fact, bool) and 0 <= fact <= HIGHEST else None
    return fact if isinstance(fact, kind) else None


def _moment(kind: Any, fact: Any) -> Any:
    try:
        found = kind.fromisoformat(fact)
    except (ValueError, TypeError):
        return None
    return None if kind is datetime and found.tzinfo is None else found


def _is_too_long(column: Any, value: Any) -> bool:
    length = getattr(column.type, "length", None)
    return isinstance(value, str) and length is not None and len(value) > length


def _shape(model: Any, names: str, private: str = "", **choices: frozenset[str]) -> Shape:
    return Shape(model.__table__, tuple(names.split()), tuple(private.split()), choices)


BLOG = _shape(
    Blog,
    "id slug name tagline about position write_for_us comment_rule close_after_days",
    comment_rule=_words(CommentRule),
)
TAG = _shape(Tag, "id slug name")
PICTURE = _shape(Picture, "id digest name alt width height account_id created_at")
ACCOUNT = _shape(Account, "id handle name title place about active confirmed_at created_at", "email")
CREDENTIAL = _shape(
    Credential,
    "profession region state expires_on",
    "body link asked_at decided_at decided_by reason",
    state=_words(CredentialState),
)
POST = _shape(
    Post,
    "id kind slug title state year month published_at updated_at summary author_id byline_name byline_title"
    " byline_place disclosure editors_note retracted comments_open comment_count last_comment_at announce embargo"
    " version preview origin notices lang reviewer_name reviewer_title reviewer_place reviewed_on",
    kind=_words(Kind),
    state=_words(State),
)
REVISION = _shape(
    Revision,
    "number kind reason public account_id at erased_at title summary editors_note body disclosure",
    kind=_words(Change),
)
COMMENT = _shape(
    Comment,
    "id account_id name title place body disclosure state reasons created_at published_at edited_at edited_by_editor"
    " origin",
    "email",
    state=_words(CommentState),
)
DECISION = _shape(Decision, "id comment_id post_id account_id what reason undone at", "before")
HELD_WORD = _shape(HeldWord, "word added_at")
TOMBSTONE = _shape(Tombstone, "kind number how at")
SUBSCRIPTION = _shape(
    Subscription,
    "id email key blog_id post_id comment_id cadence created_at letter_at confirmed_at left_at",
    cadence=_words(Cadence),
)
AUDIT = _shape(Audit, "id at account_id what about reason details")
