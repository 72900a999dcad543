"""Which passwords are taken: eight characters or more, and none that everybody tries first."""

import importlib
import sys
from functools import cache
from typing import Any

from flask_security import PasswordUtil

from hcpov import config
from hcpov.auth.models import PASSWORD_LENGTH
from hcpov.languages import lazy, lazy_figure

SHORTEST = 8
TOO_SHORT = lazy("Please use at least %(length)s characters.", length=SHORTEST)
TOO_LONG = lazy("Please use at most %(length)s characters.", length=lazy_figure(PASSWORD_LENGTH))
TOO_COMMON = lazy("This password is among the first that anybody would try. Please choose another.")
TOO_NEAR = lazy("This password can be guessed from your name or address. Please choose another.")
NEAR = ("email", "name", "place")


class Passwords(PasswordUtil):
    """From 8 to 1,024 characters, and no common or obvious word (OWASP ASVS 6.2.4, 6.2.11).

    Flask-Security would refuse more than 128. No rule asks for kinds of characters (NIST SP 800-63B 3.1.1.2).
    """

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002  # Flask-Security gives it; the rules are the same
        **context: Any,
    ) -> tuple[list[str] | None, str]:
        """Returns what is wrong, or None, and the password as it is stored."""
        password = self.normalize(password)
        return ([wrong] if (wrong := _wrong(password, context)) else None), password


def _wrong(password: str, context: dict[str, Any]) -> str:
    word = password.casefold()
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > PASSWORD_LENGTH:
        return TOO_LONG
    if word in commonest() or len(set(word)) < 3:
        return TOO_COMMON
    return TOO_NEAR if word in _obvious(context) else ""


def _obvious(context: dict[str, Any]) -> set[str]:
    user = context.get("user")
    said = [str(context.get(name) or getattr(user, name, "") or "") for name in NEAR]
    said += [said[0].partition("@")[0], config.current().site_name]
    words = {text.casefold() for text in said}
    return words | {text.replace(" ", "") for text in words}


@cache
def commonest() -> frozenset[str]:
    """Returns some 11,000 of the commonest passwords that are long enough, from zxcvbn's list.

    The module holds six lists, 13 MB; it is read when somebody first chooses a password here, and let go.
    """
    lists = importlib.import_module("zxcvbn.frequency_lists")
    words = frozenset(word for word in lists.FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST)
    for name in [name for name in sys.modules if name.partition(".")[0] == "zxcvbn"]:
        del sys.modules[name]
    return words
