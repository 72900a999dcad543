"""The log: one line of JSON for each thing worth noting, or words where somebody looks on a terminal.

No line has anybody's words, address or token in it. What an exception says may quote them, so of an exception the log
has its kind, where it happened, and its message only where that is of our own or the database's making.
"""

import logging
import sqlite3
import sys
import traceback
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from sqlalchemy.exc import DBAPIError

from hcpov import clock
from hcpov.config import Settings
from hcpov.imports import without

with without("rich"):  # structlog would draw tracebacks with it, for no terminal of ours
    import structlog
    from structlog.typing import EventDict, Processor

if TYPE_CHECKING:
    import psycopg
    from typing_extensions import TypeIs

# The request that is being answered, by the number that its reader is told when something breaks.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# Their messages name code, files and tables, never what somebody wrote.
_OURS = (AttributeError, ImportError, NameError, TemplateError, sqlite3.Error)
_MOST_LINKED = 5  # exceptions behind an exception


class _Errors:
    """Where errors go at that moment: tests put something else there."""

    def write(self, words: str) -> int:
        """Writes."""
        return sys.stderr.write(words)

    def flush(self) -> None:
        """Lets nothing wait."""
        sys.stderr.flush()


class _Console(logging.StreamHandler[Any]):
    """Our handler, to be told from others'."""


def install(settings: Settings) -> None:
    """Sends all that is logged our way, from now on. Libraries are heard from warnings on."""
    console = _Console(_Errors())
    formatting = structlog.stdlib.ProcessorFormatter
    console.setFormatter(
        formatting(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
            processors=[formatting.remove_processors_meta, _stamped, _traced, *_last(settings)],
        )
    )
    root = logging.getLogger()
    for each in [each for each in root.handlers if isinstance(each, _Console)]:
        root.removeHandler(each)
    root.addHandler(console)
    logging.getLogger("hcpov").setLevel(logging.INFO)


def lines(settings: Settings) -> Any:
    """Returns a logger that is written to at once, for what is logged often: logging's own way costs three times more.

    What it is given must be free of people's words.
    """
    return structlog.wrap_logger(
        structlog.WriteLogger(_Errors()),  # type: ignore[arg-type]
        processors=[_stamped, *_last(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


def told(error: BaseException) -> str:
    """Returns an exception as the log has it: kinds and places, and messages that are not people's."""
    pieces: list[str] = []
    linked: BaseException | None = error
    while linked is not None and len(pieces) < _MOST_LINKED:
        frames = "".join(traceback.format_tb(linked.__traceback__))
        message = _message(linked)
        kind = f"{type(linked).__module__}.{type(linked).__qualname__}".removeprefix("builtins.")
        pieces.insert(0, f"{frames}{kind}{f': {message}' if message else ''}")
        linked = linked.__cause__ or (None if linked.__suppress_context__ else linked.__context__)
    return "\n\nand then\n\n".join(pieces)


def _message(error: BaseException) -> str:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return _message(error.orig)
    if _is_of_postgresql(error):  # its message may quote the row that was refused
        parts = (error.sqlstate, error.diag.table_name, error.diag.constraint_name)
        return " ".join(each for each in parts if each)
    if isinstance(error, OSError):
        return error.strerror or ""
    return str(error) if isinstance(error, _OURS) else ""


def _is_of_postgresql(error: BaseException) -> "TypeIs[psycopg.Error]":
    """Says whether it is psycopg's, which is not loaded where the database is SQLite."""
    return "psycopg" in sys.modules and isinstance(error, sys.modules["psycopg"].Error)


def _stamped(_logger: Any, _method: str, line: EventDict) -> EventDict:
    line["timestamp"] = clock.now().isoformat(timespec="milliseconds")
    if number := request_id.get():
        line["request"] = number
    return line


def _traced(_logger: Any, _method: str, line: EventDict) -> EventDict:
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["exception"] = told(error)
    return line


def _last(settings: Settings) -> list[Processor]:
    if sys.stderr.isatty() and settings.is_local:
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.JSONRenderer()]
