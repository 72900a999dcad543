"""Which pages a write changes: whatever is written through the session is looked at, and nothing has to be remembered.

A feature says for each of its tables which subjects a changed row touches (`subjects.py` of the feature). Rows that are
flushed are looked at one by one. A statement that changes many at once says what it touches in its option `touches`;
one that says nothing and changes what pages show throws all pages away.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import get_history

from hcpov.extensions import db
from hcpov.pages import shared
from hcpov.pages.counters import EVERYTHING
from hcpov.pages.store import Store

STORE = "hcpov.pages.store"
TOUCHES = "touches"

# What a row's changed columns were before; None for a row that is new or goes.
Before = Mapping[str, Any]
Rule = Callable[[Any, Before | None], Iterable[str]]

_rules: dict[type, tuple[frozenset[str], Rule]] = {}
_TOUCHED, _BEGUN = "pages touched", "pages begun"
_log = logging.getLogger(__name__)


def of(table: type, unseen: Iterable[str] = ()) -> Callable[[Rule], Rule]:
    """Declares which subjects a changed row touches; columns that are `unseen` are on no page."""

    def declare(rule: Rule) -> Rule:
        _rules[table] = frozenset(unseen), rule
        return rule

    return declare


def touch(*subjects: str) -> None:
    """Says that this transaction changes what pages show of these subjects."""
    db.session.info.setdefault(_TOUCHED, set()).update(subjects)


def install() -> None:
    """Looks at what is written, from now on."""
    for name, listener in _LISTENERS.items():
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)


def _flushed(session: Session, _context: object) -> None:
    for row in (*session.new, *session.deleted):
        if found := _rules.get(type(row)):
            _note(session, found[1](row, None))
    for row in session.dirty:
        if (found := _rules.get(type(row))) and (before := _before(row, found[0])):
            _note(session, found[1](row, before))


def _before(row: Any, unseen: frozenset[str]) -> dict[str, Any]:
    """Returns the columns that changed, with what they were; None where that was never read."""
    changed = {}
    for name in inspect(row).committed_state:
        history = get_history(row, name)
        if name not in unseen and history.has_changes():
            changed[name] = history.deleted[0] if history.deleted else None
    return changed


def _executed(state: ORMExecuteState) -> None:
    if state.is_select or not (state.is_insert or state.is_update or state.is_delete):
        return
    statement: Any = state.statement
    if TOUCHES in state.execution_options:
        _note(state.session, state.execution_options[TOUCHES])
        return
    for table, (unseen, _) in _rules.items():
        if table.__tablename__ == statement.table.name:  # type: ignore[attr-defined]
            if not state.is_update or _is_seen(statement, unseen):
                _note(state.session, [EVERYTHING])
            return


def _is_seen(statement: Any, unseen: frozenset[str]) -> bool:
    """Says whether an update changes a column that is seen; setting one to itself, to lock its row, changes none."""
    values = getattr(statement, "_values", None)
    if not values:
        return True
    return any(column.key not in {*unseen, getattr(value, "key", None)} for column, value in values.items())


def _note(session: Session, subjects: Iterable[str]) -> None:
    session.info.setdefault(_TOUCHED, set()).update(subjects)


def _committing(session: Session) -> None:
    session.flush()
    subjects = session.info.get(_TOUCHED)
    if subjects and (store := _store()):
        shared.announce(session, subjects)
        _guarded(lambda: session.info.__setitem__(_BEGUN, store.begin(subjects)))


def _committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    subjects, begun = session.info.pop(_TOUCHED, None), session.info.pop(_BEGUN, 0.0)
    if subjects and (store := _store()):
        _guarded(lambda: store.end(subjects, begun))


def stored() -> tuple[int, int]:
    """Returns how many pages are kept, and how many bytes they take."""
    store = _store()
    try:
        return store.size() if store else (0, 0)
    except sqlite3.Error:
        return 0, 0


def _store() -> Store | None:
    return current_app.extensions.get(STORE) if has_app_context() else None


def _guarded(work: Callable[[], object]) -> None:
    """Does some work on the store; no word is lost because pages cannot be thrown away."""
    try:
        work()
    except (OSError, sqlite3.Error):
        _log.exception("finished pages could not be thrown away: run `hcpov pages clear`")


def _rolled_back(session: Session) -> None:
    """Forgets what was not written. Where a commit was begun its pages are gone, which costs a rendering."""
    if _BEGUN in session.info:
        _committed(session)
    elif not session.in_nested_transaction():
        session.info.pop(_TOUCHED, None)


_LISTENERS: dict[str, Callable[..., None]] = {
    "after_flush": _flushed,
    "do_orm_execute": _executed,
    "before_commit": _committing,
    "after_commit": _committed,
    "after_rollback": _rolled_back,
}
