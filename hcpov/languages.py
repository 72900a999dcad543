"""The site's language: what is said in it, and how it writes dates and numbers.

It is the site's and no reader's: a finished page is the same bytes for everybody, kept as a file by its address. Every
string that somebody reads in a browser or a letter goes through here; logs and commands stay English. What
Flask-Security and WTForms say comes with them, through Flask-Babel.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from typing import Any, Literal, cast

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy, Translations
from flask import Flask, current_app, has_app_context
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from hcpov import config
from hcpov.extensions import babel
from hcpov.text import dates as english
from hcpov.text import tongues

EXTENSION = "hcpov.language"
FOLDER = config.ROOT / "hcpov" / "translations"
TRANSLATED = tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))
_UNITS: tuple[tuple[Literal["day", "hour", "minute"], int], ...] = (("day", 24 * 60), ("hour", 60), ("minute", 1))
_NO_HIGHER_UNIT = 1e9
_IN_ENGLISH: ContextVar[bool] = ContextVar("in English", default=False)

NOTHING = NullTranslations()  # says everything as it is written here, in English


class Speech:
    """A catalogue, and what templates said of it before as markup: a page with fifty comments says one word often."""

    def __init__(self, catalogue: NullTranslations) -> None:
        self.catalogue = catalogue
        self.marked: dict[str, Markup] = {}

    def markup(self, message: str) -> Markup:
        """Returns a message of a template that has nothing to fill in."""
        found = self.marked.get(message)
        if found is None:
            found = self.marked[message] = Markup(self.catalogue.gettext(message)) % {}  # noqa: S704  # it is ours
        return found


class StandIn(LazyProxy):
    """What stands for words until they are shown. A key of its own: its words differ from one language to the next.

    Flask-Limiter keeps the words of a limit in a set, and Flask-Security looks its messages up in its own catalogue,
    where ours are not to be found.
    """

    __hash__ = object.__hash__


def install(app: Flask) -> None:
    """Has the application speak the language of its settings, in templates and in Python."""
    settings: config.Settings = app.config["HCPOV"]
    babel.init_app(app, default_locale=settings.language, default_timezone=settings.time_zone)
    app.extensions[EXTENSION] = Speech(catalogue(settings.language))
    environment = app.jinja_env
    environment.policies["ext.i18n.trimmed"] = True
    environment.extend(newstyle_gettext=True)  # before the extension, which sets what is not set
    environment.add_extension("jinja2.ext.i18n")
    said = _sayer(app.extensions)
    environment.globals.update(_=said, gettext=said, ngettext=_counted, pgettext=_meant)
    environment.globals.update(language=settings.language, direction=tongues.direction(settings.language))
    environment.filters["figure"] = figure
    environment.filters["spoken"] = _spoken


def catalogue(language: str) -> NullTranslations:
    """Returns what is said in a language; English for one without a catalogue.

    The catalogue is compiled when the application is made, in 0.1 s: a compiled file in the tree could be older
    than the words it was made from.
    """
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NOTHING
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str, **values: object) -> str:
    """Returns a message in the site's language, with `%(name)s` filled in when there are values."""
    said = _catalogue().gettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Returns the message that fits a number; `%(num)s` is the number as the language writes it."""
    return _catalogue().ngettext(one, many, number) % {"num": figure(number), **values}


def pgettext(context: str, message: str, **values: object) -> str:
    """Returns a message whose words mean more than one thing: `context` says which."""
    said = _catalogue().pgettext(context, message)
    return said % values if values else said


def lazy(message: str, **values: object) -> str:
    """Returns what stands for a message until it is shown: for constants, which are made before any application."""
    return cast("str", StandIn(gettext, message, enable_cache=False, **values))


def lazy_figure(number: int) -> str:
    """Returns what stands for a number until it is shown."""
    return cast("str", StandIn(figure, number, enable_cache=False))


def foreign(tag: str) -> str:
    """Returns a language's tag where it is another than the site's; else "", which pages need not say."""
    return "" if not tag or tag == config.current().language else tag


def figure(number: float, places: int = 0) -> str:
    """Returns `1,204`, or `1.204` in Spanish; with places, `1,204.5`."""
    locale = _locale()
    if locale is None:
        return f"{number:,.{places}f}"
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    return numbers.format_decimal(number, pattern, locale)


def long_date(moment: datetime) -> str:
    """Returns `January 28, 2013`, in the site's zone."""
    return long_day(moment.astimezone(config.current().zone))


def long_day(day: date) -> str:
    """Returns `January 28, 2013` for a day that is one in any zone."""
    locale = _locale()
    return english.long_day(day) if locale is None else dates.format_date(day, "long", locale)


def long_moment(moment: datetime) -> str:
    """Returns `January 28, 2013 11:13 AM`, in the site's zone."""
    zone, locale = config.current().zone, _locale()
    if locale is None:
        return english.long_moment(moment, zone)
    # Ours and not CLDR's: its English has a narrow blank before AM, its Spanish has none of the year's `de`.
    return f"{long_date(moment)}, {dates.format_time(moment, 'short', zone, locale)}"


def month_name(year: int, month: int) -> str:
    """Returns `January 2013`."""
    locale = _locale()
    if locale is None:
        return english.month_name(year, month)
    return dates.format_skeleton("yMMMM", date(year, month, 1), locale=locale)


def ago(moment: datetime, now: datetime) -> str:
    """Returns `just now`, `12 minutes ago`, `3 days ago`; a date for what is older than a month."""
    locale = _locale()
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if locale is None:
        return english.ago(moment, now, config.current().zone)
    if minutes > english.MONTH_MINUTES:
        return long_date(moment)
    for unit, size in _UNITS:
        if number := minutes // size:
            span = timedelta(minutes=-number * size)
            return dates.format_timedelta(span, unit, _NO_HIGHER_UNIT, add_direction=True, locale=locale)
    return gettext("just now")


@contextmanager
def in_english() -> Iterator[None]:
    """Has everything said in English meanwhile: on a terminal, whatever the site speaks."""
    token = _IN_ENGLISH.set(True)
    try:
        yield
    finally:
        _IN_ENGLISH.reset(token)


def _locale() -> Locale | None:
    """Returns how dates and numbers are written; None for English, whose forms are our own and quicker."""
    if _IN_ENGLISH.get() or not has_app_context() or (settings := config.current()).language == "en":
        return None
    return _parsed(settings.language)


@cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language)


def _catalogue() -> NullTranslations:
    return NOTHING if _IN_ENGLISH.get() or not has_app_context() else _speech().catalogue


def _speech() -> "Speech":
    found: Speech = current_app.extensions[EXTENSION]
    return found


def _spoken(tag: str) -> Markup:
    """Returns the attributes of an element whose words are in another language than the page; none for the site's."""
    if not tag:
        return Markup("")
    runs = tongues.direction(tag)
    turn = "" if runs == tongues.direction(config.current().language) else Markup(' dir="{}"').format(runs)
    return Markup(' lang="{}"{}').format(tag, turn)


# What templates call: as Jinja's own, but for the number as the language writes it. A message is markup where the
# template is, and what is filled in is escaped.


def _sayer(extensions: dict[str, Any]) -> Callable[..., str]:
    """Returns what says a message in an application's templates: a page says hundreds."""

    @pass_eval_context
    def said(context: EvalContext, message: str, /, **values: Any) -> str:
        speech: Speech = extensions[EXTENSION]
        if context.autoescape and not values:
            return speech.markup(message)
        words = speech.catalogue.gettext(message)
        return (Markup(words) if context.autoescape else words) % values  # noqa: S704  # the catalogue is ours

    return said


@pass_eval_context
def _counted(context: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    said = _catalogue().ngettext(one, many, number)
    values["num"] = figure(number)
    return (Markup(said) if context.autoescape else said) % values  # noqa: S704  # the catalogue is ours


@pass_eval_context
def _meant(context: EvalContext, meaning: str, message: str, /, **values: Any) -> str:
    said = _catalogue().pgettext(meaning, message)
    return (Markup(said) if context.autoescape else said) % values  # noqa: S704  # the catalogue is ours
