"""The tests' application in another language than English."""

import gettext
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from flask import Flask

from hcpov import languages
from hcpov.config import Settings
from hcpov.pages.changes import STORE
from hcpov.text import tongues
from hcpov.web import article

Speaking = Callable[..., AbstractContextManager[None]]


class Pseudo(gettext.NullTranslations):
    """A language that is English between ⟦ and ⟧: what stands outside them went past the catalogue."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002
        return f"⟦{message}⟧"


@pytest.fixture
def speaking(app: Flask) -> Speaking:
    """Returns a way to have the tests' application speak a language, or say what a catalogue says, for a while."""

    @contextmanager
    def spoken(language: str, catalogue: gettext.NullTranslations | None = None) -> Iterator[None]:
        was: Settings = app.config["HCPOV"]
        _speak(app, replace(was, language=language), catalogue or languages.catalogue(language))
        try:
            yield
        finally:
            _speak(app, was, languages.catalogue(was.language))

    return spoken


def _speak(app: Flask, settings: Settings, catalogue: gettext.NullTranslations) -> None:
    app.config["HCPOV"] = settings
    app.extensions[languages.EXTENSION] = languages.Speech(catalogue)
    app.extensions.pop(article.BLANK, None)  # as is the comment form
    app.extensions["babel"].default_locale = settings.language
    app.jinja_env.globals.update(language=settings.language, direction=tongues.direction(settings.language))
    app.extensions[STORE].clear()  # finished pages are in the language that they were made in


@pytest.fixture
def spanish(speaking: Speaking) -> Iterator[None]:
    """The tests' application in Spanish."""
    with speaking("es"):
        yield


@pytest.fixture
def pseudo(speaking: Speaking) -> Iterator[None]:
    """The tests' application in the language that shows what was never translated."""
    with speaking("en", Pseudo()):
        yield
