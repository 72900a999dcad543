"""What is said: every template and every form speaks through the catalogue, and Spanish is whole."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from hcpov.audit.words import WORDS
from hcpov.config import Settings
from hcpov.languages import TRANSLATED
from tests.house.tree import ROOT, Source, python_sources, templates

KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "lazy", "mark")),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
OTHERS = TRANSLATED
PLACES = re.compile(r"%\((\w+)\)s")
TAGS = re.compile(r"<[^>]+>")

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
SPOKEN = re.compile(r"\{% trans\b.*?\{% endtrans %\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
ELEMENT = re.compile(r"</?[a-zA-Z!][^<>]*>")
SHOWN = re.compile(r'\b(?:alt|title|placeholder|aria-label)="([^"]*)"')
WORD = re.compile(r"[A-Za-z]{2,}")
# Formats, a guide, parts of addresses, and what htmx is told: they have no other name.
NAMES = {
    "true",
    "CSV",
    "JSON",
    "RSS",
    "Feed",
    "join",
    "confirm",
    "my",
    "data",
    "account",
    "email",
    "reset",
    "pages",
    "swap",
    "outerHTML",
    "BibTeX",
    "RIS",
    "Citing",
    "Medicine",
}

SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*[.?!]")
TOLD_TO_THE_TERMINAL = ("hcpov/ops/", "hcpov/cli", "hcpov/config", "hcpov/serving", "hcpov/transfer/", "hcpov/mail/")
FIELDS = re.compile(r"(?:String|TextArea|Password|Boolean|Select)Field")
SAYING = {
    "StopValidation",
    "ValidationError",
    "said",
    "of_guests",
    "DataRequired",
    "flash",
    "NoMoment",
    "TakenSlug",
    "BadSlug",
}


def unsaid(source: Source) -> list[str]:
    """Returns the words of a template that stand in it as they are."""
    text = SPOKEN.sub("", COMMENT.sub("", source.text))
    plain = JINJA.sub("\0", text)
    pieces = [*SHOWN.findall(plain), *ELEMENT.sub("\0", plain).split("\0")]
    if any('="' in piece for piece in pieces):  # an element in pieces: a macro writes it
        pieces = [piece for piece in pieces if '="' not in piece and "<" not in piece and " class" not in piece]
    return [word for piece in pieces for word in WORD.findall(piece) if word not in NAMES]


def unlabelled(source: Source) -> list[str]:
    """Returns the words of fields and refusals that go past the catalogue."""
    found = []
    for call in ast.walk(ast.parse(source.text)):
        name = ast.unparse(call.func).rsplit(".", 1)[-1] if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and call.args and (FIELDS.fullmatch(name) or name in SAYING):
            first = call.args[0]
            if isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                found.append(f"{source.path}:{call.lineno}: {ast.unparse(first)}")
    return found


def test_templates_speak_through_the_catalogue() -> None:
    shown = [source for source in templates() if source.path.endswith((".html", ".txt"))]
    wrong = {source.path: found for source in shown if (found := unsaid(source))}
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    ["<p>Read it</p>", '<img alt="A picture">', "{% if a %}Read{% endif %}", '<a aria-label="Pages">{{ x }}</a>'],
)
def test_a_template_that_goes_past_it_is_seen(text: str) -> None:
    assert unsaid(Source("templates/a.html", text))


def unsaid_constants(source: Source) -> list[str]:
    """Returns the sentences that stand under a name of their own and go past the catalogue."""
    found = []
    for node in ast.parse(source.text).body:
        words = node.value.value if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) else None
        if isinstance(words, str) and SENTENCE.fullmatch(words):
            found.append(f"{source.path}:{node.lineno}: {words}")
    return found


def test_sentences_that_are_constants_speak_through_the_catalogue() -> None:
    shown = [source for source in python_sources() if not source.path.startswith(TOLD_TO_THE_TERMINAL)]
    assert [found for source in shown for found in unsaid_constants(source)] == []
    assert unsaid_constants(Source("hcpov/a.py", 'BUSY = "It is too much. Wait a minute."'))


def test_forms_and_refusals_speak_through_the_catalogue() -> None:
    assert [found for source in python_sources() for found in unlabelled(source)] == []


@pytest.mark.parametrize("text", ['StringField("Name")', 'raise StopValidation(f"At most {n}.")', 'said("Please")'])
def test_a_form_that_goes_past_it_is_seen(text: str) -> None:
    assert unlabelled(Source("hcpov/a/forms.py", text))


@cache
def catalogue(language: str) -> Catalog:
    """Returns what is said in a language."""
    with (ROOT / f"hcpov/translations/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


def said_here() -> Iterator[tuple[str | None, object]]:
    """Yields every message of the sources with its context."""
    for method, sources in (("python", python_sources()), ("jinja2", templates())):
        options = {"trimmed": "true", "silent": "false"}
        for source in sources:
            found = extract_from_file(method, ROOT / source.path, KEYWORDS, options=options)
            for _, message, _, context in found:
                yield context, message


def messages(language: str) -> list[Message]:
    """Returns the messages of a catalogue without its head."""
    return [message for message in catalogue(language) if message.id]


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    known = {(message.context, message.id) for message in messages(language)}
    text = (ROOT / f"hcpov/translations/{language}/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    assert len(re.findall(r"^msgid ", text, re.MULTILINE)) == len(known) + 1, "a message stands there twice"
    said = {(context, message) for context, message in said_here() if message}
    assert (said - known, known - said) == (set(), set()), "`make messages` brings it up to date"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_whole(language: str) -> None:
    fuzzy = [message.id for message in messages(language) if message.fuzzy]
    empty = [message.id for message in messages(language) if not all(_strings(message))]
    assert (fuzzy, empty) == ([], [])
    assert catalogue(language).num_plurals == max(len(_strings(message)) for message in messages(language))


@pytest.mark.parametrize("language", OTHERS)
def test_translations_keep_places_and_markup(language: str) -> None:
    wrong = [
        (message.id, string)
        for message in messages(language)
        for string in _strings(message)
        if set(PLACES.findall(string)) != set(PLACES.findall(_first(message)))
        or sorted(TAGS.findall(string)) != sorted(TAGS.findall(_first(message)))
        or ('"' in TAGS.sub("", string)) > ('"' in TAGS.sub("", _first(message)))  # some stand in attributes
        or string.replace("%%", "").count("%") != len(PLACES.findall(string))
        or string != string.strip() + ("\n" if _first(message).endswith("\n") else "")
    ]
    assert wrong == []


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def test_the_audit_log_says_what_it_can_say() -> None:
    noted = {
        call.args[1].value
        for source in python_sources()
        for call in ast.walk(ast.parse(source.text))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "note" and len(call.args) > 2
        if isinstance(call.args[1], ast.Constant)
    }
    assert noted - set(WORDS) == set()
    assert len(noted) > 15


def test_the_setting_takes_what_is_translated() -> None:
    parse = next(each for each in fields(Settings) if each.name == "language").metadata["parse"]
    assert [parse(language) for language in ("en", *OTHERS)] == ["en", *OTHERS]
    with pytest.raises(ValueError, match=f"write one of: en, {', '.join(OTHERS)}"):
        parse("tlh")
