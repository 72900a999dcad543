"""What setup has to know of a site, and what it takes for an answer.

Answers end up in files that root's programs read, so each is one of few letters. Nothing is quoted or escaped: what
would need it is refused.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hcpov import config, signing
from hcpov.ops.setup.refusals import Refused

NGINX, CADDY = "nginx", "caddy"
FRONTS = (NGINX, CADDY)
NONE = "none"
# A service sees no home (ProtectHome) and a /tmp of its own (PrivateTmp); what is mounted may be gone at the start.
HIDDEN = ("/home", "/root", "/tmp", "/var/tmp", "/run", "/proc", "/sys", "/dev")  # noqa: S108  # refused, not used

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z])[a-z0-9-]{{1,62}}[a-z0-9]")
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@([A-Za-z0-9.-]+)")
_FOLDER = re.compile(r"(?:/[A-Za-z0-9._-]+)+")
_SETTING = re.compile(r"(HCPOV_[A-Z_]+)=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Answers:
    """What a machine shall be. Empty `title` and `smtp` leave what hcpov.cfg says; `smtp` may be `none`."""

    site: str
    email: str
    front: str
    litestream: bool
    one: bool
    self_host: bool
    instance: Path
    code: Path
    title: str = ""
    smtp: str = ""
    more: tuple[tuple[str, str], ...] = ()

    @property
    def python(self) -> Path:
        """The interpreter that the services run."""
        return Path(sys.executable) if self.code == config.ROOT else self.code / ".venv/bin/python"

    @property
    def settings(self) -> dict[str, str]:
        """The settings that follow from the answers, as hcpov.cfg has them."""
        found = {"HCPOV_SITE_URL": f"https://{self.site}", "HCPOV_PROXIES": "1"}
        if self.title:
            found["HCPOV_SITE_NAME"] = self.title
        if self.smtp:
            found["HCPOV_SMTP_URL"] = "" if self.smtp == NONE else self.smtp
        return found | dict(self.more)


def site(text: str) -> str:
    """Takes a domain name. Raises Refused."""
    if len(text) > 253 or not _NAME.fullmatch(text):
        raise Refused(
            "The site's name is one such as pov.example.org: small letters, digits, dots, hyphens, no https://. "
            "Write a name with other letters in its xn-- form."
        )
    return text


def email(text: str) -> str:
    """Takes a plain e-mail address. Raises Refused."""
    found = _EMAIL.fullmatch(text)
    if found is None or not _NAME.fullmatch(found[1].lower()):
        raise Refused("The address is a plain one, such as ada@example.org.")
    return text


def front(text: str) -> str:
    """Takes the word for a front. Raises Refused."""
    if text not in FRONTS:
        raise Refused("The front is nginx or caddy.")
    return text


def title(text: str) -> str:
    """Takes a name of one line. Raises Refused."""
    if not text.isprintable() or not 0 < len(text.strip()) <= 100:
        raise Refused("The title is one line of 1 to 100 characters.")
    return text.strip()


def smtp(text: str) -> str:
    """Takes a relay's address, or `none`. Raises Refused."""
    if not text or " " in text:
        raise Refused("The relay is smtp://user:password@host:587, or none.")
    return text if text == NONE else _setting("HCPOV_SMTP_URL", text)


def folder(text: str) -> Path:
    """Takes the whole path of a folder. Raises Refused."""
    path = PurePosixPath(text)
    if not _FOLDER.fullmatch(text) or {".", ".."} & set(path.parts):
        raise Refused("A folder is a whole path of letters, digits, dots, hyphens and lines, such as /srv/hcpov.")
    return Path(path)


def more(given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Takes settings as NAME=VALUE. Raises Refused."""
    found = []
    for each in given:
        parts = _SETTING.fullmatch(each)
        if parts is None:
            raise Refused("Write --set NAME=VALUE, such as --set HCPOV_WORKERS=4.")
        if parts[1] in {"HCPOV_INSTANCE", "HCPOV_SITE_URL", "HCPOV_PROXIES", "HCPOV_SMTP_URL", "HCPOV_SITE_NAME"}:
            raise Refused(f"{parts[1]} is not for --set: `hcpov setup --help` has a flag for it.")
        found.append((parts[1], _setting(parts[1], parts[2])))
    return tuple(found)


def visible(path: Path, what: str) -> None:
    """Raises Refused when a service could not see a folder."""
    if any(str(path) == each or str(path).startswith(f"{each}/") for each in HIDDEN):
        raise Refused(f"{what} is {path}, which services cannot see. Move it, to /srv/hcpov for example.")


def _setting(name: str, text: str) -> str:
    if not text.isprintable():
        raise Refused(f"{name} is one line.")
    try:
        config.load({name: text, "HCPOV_INSTANCE": "/nonexistent"})
    except config.SettingError as problem:
        raise Refused(str(problem)) from None
    if name == "HCPOV_SECRET_KEY" and (found := signing.weakness(text.strip())):
        raise Refused(f"HCPOV_SECRET_KEY {found}. Leave it out: setup makes one.")
    return text.strip()


TAKEN: Mapping[str, Callable[[Any], Any]] = {
    "site": site,
    "email": email,
    "front": front,
    "title": title,
    "smtp": smtp,
}
