"""Whom to tell of a hole in this site: `/.well-known/security.txt` (RFC 9116), from settings."""

import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from hcpov import clock, config
from hcpov.config import SettingError, Settings
from hcpov.text import dates

PATH = "/.well-known/security.txt"
WARNED = "hcpov.security_txt.warned"

_MAILBOX = re.compile(r"(?:mailto:)?[^@\s<>\"?:/]+@[^@\s<>\"?:/]+")
_TELEPHONE = re.compile(r"tel:\+[0-9().-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646 2.1, without its rarer forms

blueprint = Blueprint("security_txt", __name__)


def check(settings: Settings) -> None:
    """Raises SettingError for settings that would make no file.

    A day that is over is no reason to refuse: it was right when it was written, and a server that starts again on the
    day after would take the site with it. The file is gone then, and the log says so.
    """
    if not settings.security_contact:
        for name in ("security_expires", "security_policy", "security_languages"):
            if getattr(settings, name):
                raise SettingError(f"HCPOV_{name.upper()} says nothing without HCPOV_SECURITY_CONTACT: set both.")
        return
    lines(settings)


@blueprint.get(PATH)
def file() -> AnyResponse:
    """Says whom to tell. Without a contact, or after the day that was set, there is no such file."""
    settings = config.current()
    if not settings.security_contact:
        abort(404)
    if _expires(settings) <= clock.now():
        if not current_app.extensions.setdefault(WARNED, False):
            current_app.extensions[WARNED] = True
            current_app.logger.warning("HCPOV_SECURITY_EXPIRES is over: %s is no longer served", PATH)
        abort(404)
    answer = Response("".join(f"{line}\n" for line in lines(settings)), content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


def lines(settings: Settings) -> list[str]:
    """Returns the file line by line. Raises SettingError with what to write instead."""
    found = [f"Contact: {_contact(each)}" for each in settings.security_contact.split()]
    found.append(f"Expires: {dates.machine(_expires(settings))}")
    if languages := settings.security_languages.replace(",", " ").split():
        if not all(_LANGUAGE.fullmatch(each) for each in languages):
            raise _unfit("security_languages", "write languages such as en, es")
        found.append(f"Preferred-Languages: {', '.join(languages)}")
    if settings.site_url.startswith("https://"):  # RFC 9116 2.5.2 takes no other
        found.append(f"Canonical: {settings.site_url}{PATH}")
    if settings.security_policy:
        if not _is_web(settings.security_policy):
            raise _unfit("security_policy", "write one whole address that starts with https://")
        found.append(f"Policy: {settings.security_policy}")
    return found


def _contact(text: str) -> str:
    if _MAILBOX.fullmatch(text):
        return f"mailto:{text.removeprefix('mailto:')}"
    if _TELEPHONE.fullmatch(text) or _is_web(text):
        return text
    raise _unfit(
        "security_contact", "write e-mail addresses, https:// addresses or tel:+ numbers, the best first, with blanks"
    )


def _expires(settings: Settings) -> datetime:
    """Returns when the file is out of date; a day ends it as it begins, in UTC."""
    text = settings.security_expires
    try:
        if len(text) == len("2027-01-31"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        advice = "write a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z"
        raise _unfit("security_expires", advice) from None


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and parts.scheme == "https" and bool(parts.hostname)


def _unfit(name: str, advice: str) -> SettingError:
    return SettingError(f"HCPOV_{name.upper()} does not fit: {advice}.")
