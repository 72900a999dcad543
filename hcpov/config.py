"""Every setting: name, type, default, unit and reason.

Settings come from the environment first, then from `hcpov.cfg` in the instance folder (lines of `NAME = value`), then
from the default here. An unknown name or a value that does not fit refuses to start, so that a typing error is found
by the person who made it.
"""

import configparser
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from flask import current_app

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "HCPOV_"
_UNREADABLE = "hcpov.cfg cannot be read: write one `NAME = value` on each line."
HTMX_URL = "https://cdn.jsdelivr.net/npm/htmx.org@4.0.1/dist/htmx.min.js"
HTMX_INTEGRITY = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"

_BUCKET = re.compile(
    r"(?:s3|https?)://[^\s/:@?#]+:[^\s/:@?#]+@(?:[a-zA-Z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?"
    r"/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\?region=[a-z0-9-]+)?"
)


class SettingError(ValueError):
    """A setting that is unknown or does not fit; the message says which and what to do."""


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("write it as host:port, such as 127.0.0.1:8000")
    return text


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("write a whole address that starts with http:// or https://")
    return text.rstrip("/")


def _script(text: str) -> str:
    return text if text.startswith("/") else _url(text)


def _database(text: str) -> str:
    """Names psycopg 3 for PostgreSQL, so that the address a provider hands out works as it is."""
    text = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", text)
    if text and not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("write sqlite:///file or postgresql://user:password@host/name")
    return text


def _smtp(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/")):
        raise ValueError("write smtp://user:password@host:587, or smtps:// for TLS from the first byte")
    return text


def _redis(text: str) -> str:
    """Reads Valkey's address as Redis's: they speak the same, and one package serves both."""
    text = re.sub(r"^valkey(s?)://", r"redis\1://", text)
    if text and (not text.startswith(("redis://", "rediss://")) or not urlsplit(text).hostname):
        raise ValueError("write redis://user:password@host:6379/0, or rediss:// for TLS; valkey:// is the same")
    return text


def _bucket(text: str) -> str:
    """Takes the address of S3-compatible storage, s3:// as https://; a bucket's name is as Amazon lets it be."""
    found = _BUCKET.fullmatch(text)
    if text and (found is None or not 0 < int(found[1] or 443) < 65536):
        raise ValueError(
            "write s3://key:secret@host/bucket?region=name, with %2F for a / in the secret, or leave it empty"
        )
    return text


def _mailbox(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", text):
        raise ValueError("write one e-mail address, such as news@example.org")
    return text


def _selector(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", text):
        raise ValueError("write the word behind s= in a DKIM-Signature of yours, such as mail2026")
    return text


def _secrets(text: str) -> str:
    return " ".join(_secret(each) for each in text.split())


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("write a time zone such as America/New_York") from None
    return text


def _hosts(text: str) -> str:
    hosts = text.split()
    if any(_url(host) != host for host in hosts):
        raise ValueError("write addresses such as https://pictures.example.org, with blanks between them")
    return " ".join(hosts)


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return parse


def _choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"write one of: {', '.join(choices)}")
        return text

    return parse


def _secret(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("use at least 32 characters; `python3 -c 'import secrets; print(secrets.token_hex(32))'`")
    return text


def _setting(default: Any, parse: Callable[[str], Any], unit: str, reason: str, secret: bool = False) -> Any:
    return field(default=default, metadata={"parse": parse, "unit": unit, "reason": reason, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What the product can be told. `HCPOV_` and the name in capitals is what people write."""

    instance: Path = _setting(ROOT / "instance", Path, "folder", "where the database and secrets are kept")
    bind: str = _setting("127.0.0.1:8000", _address, "host:port", "where the server listens")
    workers: int = _setting(2, _number(1, 64), "processes", "one for each core serves best")
    site_url: str = _setting("http://127.0.0.1:8000", _url, "address", "how readers reach the site; used in feeds")
    site_name: str = _setting("Health Care POV", str, "text", "named in titles, feeds and the welcome bar")
    language: str = _setting("en", _choice("en", "es"), "word", "what pages and mail are written in: en or es")
    time_zone: str = _setting("America/New_York", _zone, "zone", "the zone that dates are shown in")
    secret_key: str = _setting(
        "", _secret, "text", "signs sessions and codes; made in the instance folder when empty", secret=True
    )
    database_url: str = _setting(
        "", _database, "address", "SQLite in the instance folder when empty, or PostgreSQL", secret=True
    )
    old_secret_keys: str = _setting(
        "", _secrets, "texts", "secrets that were replaced; what they signed stays good", secret=True
    )
    redis_url: str = _setting(
        "", _redis, "address", "Redis or Valkey that counts for limits and wakes workers; else files do", secret=True
    )
    smtp_url: str = _setting(
        "", _smtp, "address", "the relay that takes our mail; when empty, the worker prints it", secret=True
    )
    mail_from: str = _setting("", _mailbox, "e-mail", "who our mail is from; no-reply at the site when empty")
    mail_rate: int = _setting(600, _number(0, 100000), "messages a minute", "the most that are sent; 0 sets no limit")
    dkim_selector: str = _setting("", _selector, "word", "which DKIM key the relay signs with, for `doctor --mail`")
    digest_hour: int = _setting(7, _number(0, 23), "hour", "when daily and, on Mondays, weekly mail is written")
    notice_minutes: int = _setting(
        30, _number(0, 1440), "minutes", "how often editors hear of held comments at most; 0 never"
    )
    second_factor: str = _setting(
        "auto", _choice("auto", "staff", "nobody"), "word", "who must have one; auto is staff where the site is https"
    )
    idle_hours: int = _setting(336, _number(1, 8760), "hours", "how long a sign-in lasts without being used")
    session_days: int = _setting(30, _number(1, 365), "days", "how long a sign-in lasts at most")
    proxies: int = _setting(0, _number(0, 5), "proxies", "how many trusted proxies stand in front of the server")
    htmx_url: str = _setting(HTMX_URL, _script, "address", "where browsers fetch htmx; a path hosts it here")
    media_url: str = _setting(
        "", _bucket, "address", "S3-compatible storage for pictures; when empty, the instance folder", secret=True
    )
    backup_url: str = _setting(
        "", _bucket, "address", "S3-compatible storage for backups; when empty, the instance folder", secret=True
    )
    backups: str = _setting("on", _choice("on", "off"), "word", "whether the worker takes and tries one each night")
    picture_hosts: str = _setting("", _hosts, "addresses", "other sites whose pictures imported posts may show")
    strip: str = _setting("staff", _choice("staff", "everyone", "off"), "word", "who sees the status strip")
    server_name: str = _setting("", str, "text", "this server's name in the strip; the host's name when empty")
    code_minutes: int = _setting(60, _number(1, 1440), "minutes", "how long a security code can be used")
    edit_minutes: int = _setting(15, _number(0, 1440), "minutes", "how long a writer can change a comment")
    contact: str = _setting("", _mailbox, "address", "where readers tell of barriers, and hear back within two weeks")
    # What these four must be is said in hcpov/web/security_txt.py, which refuses to start with anything else.
    security_contact: str = _setting("", str, "addresses", "whom to tell of a hole; security.txt is served when set")
    security_expires: str = _setting("", str, "day", "when security.txt is out of date; at most a year ahead")
    security_policy: str = _setting("", str, "address", "where it is said how holes are dealt with")
    security_languages: str = _setting("", str, "words", "languages that reports may be written in, such as en, es")
    pages_mb: int = _setting(256, _number(0, 1_000_000), "megabytes", "how much finished pages may take; 0 keeps none")
    machines: int = _setting(1, _number(1, 100), "machines", "how many serve the site; more than one follow each other")
    metrics_token: str = _setting(
        "", _secret, "text", "opens /metrics from elsewhere; only this machine reads it when empty", secret=True
    )
    rate_limits: str = _setting("on", _choice("on", "off"), "word", "off only where load is measured")

    @property
    def database(self) -> str:
        """The database's address, with the default filled in."""
        return self.database_url or f"sqlite:///{self.instance / 'hcpov.sqlite3'}"

    @property
    def is_local(self) -> bool:
        """Says whether only this machine can reach the site: for a first look, not for readers."""
        return urlsplit(self.site_url).hostname in {"127.0.0.1", "::1", "localhost"}

    @property
    def sender(self) -> str:
        """The address that mail comes from, with the default filled in."""
        return self.mail_from or f"no-reply@{urlsplit(self.site_url).hostname}"

    @property
    def second_factor_for_staff(self) -> bool:
        """Says whether editors, moderators and admins need a second factor."""
        return self.second_factor == "staff" or (self.second_factor == "auto" and self.site_url.startswith("https://"))

    @property
    def locale(self) -> Locale:
        """The site's language, with its territory where it has one."""
        return Locale.parse(self.language)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)


def load(environ: Mapping[str, str]) -> Settings:
    """Reads the settings from `environ` and the instance folder's `hcpov.cfg`.

    Raises SettingError with the name of the setting and what to write instead.
    """
    instance = Path(environ.get(f"{PREFIX}INSTANCE") or Settings.instance).resolve()
    given = _file_values(instance / "hcpov.cfg")
    given |= {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    known = {env_name(each): each for each in fields(Settings)}
    values: dict[str, Any] = {"instance": instance}
    for name, text in given.items():
        if name not in known:
            raise SettingError(f"{name} is not a setting. Known settings: {', '.join(sorted(known))}.")
        if name == f"{PREFIX}INSTANCE":
            continue
        try:
            values[known[name].name] = known[name].metadata["parse"](text.strip())
        except ValueError as problem:
            raise SettingError(f"{name} does not fit: {problem}.") from None
    return Settings(**values)


def env_name(each: Field[Any]) -> str:
    """Returns the name people write for a setting, such as HCPOV_BIND."""
    return PREFIX + each.name.upper()


def origins(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Says for each setting where its value came from: environment, hcpov.cfg or default."""
    in_file = _file_values(settings.instance / "hcpov.cfg")
    names = [env_name(each) for each in fields(Settings)]
    return {name: "environment" if name in environ else "hcpov.cfg" if name in in_file else "default" for name in names}


def _file_values(path: Path) -> dict[str, str]:
    try:
        return values_in(path.read_text(encoding="utf-8")) if path.exists() else {}
    except UnicodeDecodeError:
        raise SettingError(_UNREADABLE) from None


def values_in(text: str) -> dict[str, str]:
    """Returns the settings that a text such as hcpov.cfg has, by name, unjudged. Raises SettingError."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names stay in capitals
    try:
        parser.read_string(f"[hcpov]\n{text}")
    except configparser.Error:
        raise SettingError(_UNREADABLE) from None
    return dict(parser["hcpov"])


def current() -> Settings:
    """Returns the settings of the running application."""
    settings: Settings = current_app.config["HCPOV"]
    return settings
