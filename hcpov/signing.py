"""The secret that signs sessions, codes and links: where it is, how it is made, and when it is too weak.

Whoever knows it can sign in as anybody. So a site that others can reach starts with a good one or not at all; one that
only this machine can reach makes what it needs.
"""

import os
import secrets
from pathlib import Path

from hcpov.config import SettingError, Settings

FILE = "secret-key"
LEAST, DISTINCT = 32, 8  # characters; 32 of chance have 8 different ones with all but certainty, even in base 16
KNOWN = (
    *("changeme", "change-me", "change_me", "replaceme", "replace-me", "your-secret", "yoursecret", "your_secret"),
    *("secretkey", "secret-key", "secret_key", "password", "insecure", "example", "0123456789", "abcdefgh", "qwerty"),
)
MAKE = "python3 -c 'import secrets; print(secrets.token_hex(32))'"


def key(settings: Settings) -> str:
    """Returns the secret that signs.

    Raises SettingError where others can reach the site and the secret is missing, weak, or can be read by others on
    this machine. That a file was open is not mended in passing: it may have been read, and somebody should know.
    """
    path = settings.instance / FILE
    if settings.is_local:
        return make(settings)
    for each in settings.old_secret_keys.split():
        _check(each, "HCPOV_OLD_SECRET_KEYS has one that")
    if settings.secret_key:
        return _check(settings.secret_key, "HCPOV_SECRET_KEY")
    found = _read(path)
    if not found:
        raise SettingError(
            f"There is no secret to sign with: neither HCPOV_SECRET_KEY nor {path}. Run `hcpov setup`, which makes one."
        )
    if path.stat().st_mode & 0o077:
        raise SettingError(
            f"Others on this machine can read {path}: whoever has it can sign in as anybody. Run: chmod 600 {path}. "
            "If somebody may have read it, remove it and run `hcpov setup`: everybody signs in anew."
        )
    return _check(found, str(path))


def make(settings: Settings) -> str:
    """Makes the secret in the instance folder, readable by its owner only, unless there is one; returns it."""
    if found := present(settings):
        return found
    path = settings.instance / FILE
    settings.instance.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        path.hardlink_to(beside)  # whole, and never in the place of another
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    return _read(path)


def present(settings: Settings) -> str:
    """Returns the secret as it is, good or not; empty when there is none."""
    return settings.secret_key or _read(settings.instance / FILE)


def weakness(text: str) -> str:
    """Says what is weak in a secret; empty when nothing is."""
    if len(text) < LEAST:
        return f"has {len(text)} characters, and {LEAST} are the least"
    if len(set(text)) < DISTINCT:
        return f"has only {len(set(text))} different characters"
    if any(text == (text[:each] * len(text))[: len(text)] for each in range(1, len(text) // 2 + 1)):
        return "says the same over and over"
    if found := next((each for each in KNOWN if each in text.lower()), ""):
        return f"has “{found}” in it, as examples do"
    return ""


def _check(text: str, where: str) -> str:
    if found := weakness(text):
        raise SettingError(f"{where} {found}. Make a new one: {MAKE}")
    return text


def _read(path: Path) -> str:
    """Returns what a file says; empty when there is none."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (UnicodeDecodeError, PermissionError):
        raise SettingError(
            f"{path} cannot be read. Run this as the site's own user, and do not change that file."
        ) from None
