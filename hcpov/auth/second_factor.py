"""Codes of an authenticator, and the recovery codes for the day it is lost."""

import base64
import hashlib
import io
import logging
import secrets
from importlib import import_module
from typing import Any

from flask_security import MfRecoveryCodesUtil, Totp
from flask_security.proxies import _security
from passlib.totp import TOTP, AppWallet, TotpMatch

from hcpov.auth import actions, changes

WINDOW = 30  # seconds a clock may be off, each way (RFC 6238 5.2)
GROUPS, GROUP = 6, 4  # 24 characters of 32: 120 bits, so that a plain digest may keep them (OWASP ASVS 6.5.2)

log = logging.getLogger(__name__)


class Codes(Totp):
    """Flask-Security's codes, each used once, with a picture a third of the size."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        # Passlib would seal with the greatest mark; the first is the key in use.
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets, default_tag=next(iter(secrets))))

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = WINDOW) -> bool:
        """Says whether a code is right now and was not used before.

        Other windows than ours are not asked for: each half minute more is one more code that opens.
        """
        if not self.can_read(totp_secret):
            log.warning("a second factor cannot be read; HCPOV_OLD_SECRET_KEYS lacks the secret it was sealed with")
            return False
        used = user.tf_last_counter
        if totp_secret != user.tf_totp_secret:
            user.tf_last_counter = None  # what was used are codes of another seed
        try:
            right = bool(super().verify_totp(token[:20], totp_secret, user, window=min(window, WINDOW)))
        except ValueError:  # another request used the code while this one looked
            right = False
        if not right:
            user.tf_last_counter = used
        return right

    def can_read(self, totp_secret: str | None) -> bool:
        """Says whether a seed was sealed under a secret that this site still has."""
        try:
            self._totp.from_source(totp_secret)
        except (KeyError, ValueError, TypeError):
            return False
        return True

    def sealed_anew(self, totp_secret: str) -> str:
        """Returns a seed sealed with the key in use, for the day the one before is gone."""
        seed = self._totp.from_source(totp_secret)
        sealed: str = seed.to_json(encrypt=True) if seed.changed else totp_secret
        return sealed

    def get_last_counter(self, user: Any) -> int | None:
        """Returns the number of the last code used."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Notes a used code. Raises ValueError when another request used it a moment ago."""
        if not actions.use_code(user, tmatch.counter):
            raise ValueError("this code was used")

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Returns the picture that an authenticator reads, as a data URI. What draws it is 1.4 MB, loaded only now."""
        qrcode, svg = import_module("qrcode"), import_module("qrcode.image.svg")
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=svg.SvgPathImage)
        with io.BytesIO() as file:
            picture.save(file)
            return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"

    def generate_recovery_codes(self, number: int) -> list[str]:
        """Returns new recovery codes, in groups that can be copied by hand."""
        return [_grouped(base64.b32encode(secrets.token_bytes(15)).decode().lower()) for _ in range(number)]


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes, of which only digests are kept: they are shown once, and each opens once."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """Makes new codes, which end the old ones. The member is told."""
        codes: list[str] = super().create_recovery_codes(user)
        changes.tell(user, "recovery codes made")
        return codes

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Says whether a code opens, however it was typed, and uses it up: Flask-Security asks in two steps.

        The member is told: whoever found the list must not go unseen.
        """
        right = actions.use_recovery_code(user, _digest(code))
        if right:
            changes.tell(user, "recovery code used")
        return right

    def delete_recovery_code(self, *_arguments: Any) -> bool:
        """Does nothing more: the code was used up when it was looked at."""
        return True

    def get_recovery_codes(self, *_arguments: Any) -> list[str]:
        """Returns none: they were shown when they were made."""
        return []

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [_digest(code) for code in codes]


def codes() -> Codes:
    """Returns the codes of the running application."""
    factory = _security.totp_factory
    assert isinstance(factory, Codes)
    return factory


def _grouped(text: str) -> str:
    return "-".join(text[start : start + GROUP] for start in range(0, GROUPS * GROUP, GROUP))


def _digest(code: str) -> str:
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(plain[:200].encode()).hexdigest()


def seals(keys: list[str]) -> dict[str, str]:
    """Returns what authenticators' seeds are sealed with, by a mark of each key; the key in use comes first."""
    derived = [hashlib.sha256(f"second factor {key}".encode()).hexdigest() for key in keys]
    return {key[:8]: key[8:] for key in derived}
