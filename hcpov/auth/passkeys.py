"""Passkeys: what browsers are asked for, and how a password alone is kept from opening what a passkey guards."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, redirect, session
from flask_security import WebauthnUtil
from flask_security.tf_plugin import TfPluginBase
from flask_security.utils import url_for_security
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hcpov import clock
from hcpov.auth.models import Account

READY = "ready"  # Flask-Security's word for: the password was right, the second factor is owed


class Passkeys(WebauthnUtil):
    """One kind of passkey, so that nobody is asked technical questions: kept by any device, and it knows its owner.

    The device is asked to check who holds it, by finger, face or PIN, so that a passkey is both factors.
    """

    def generate_challenge(self, nbytes: int | None = None) -> str:
        """Returns a challenge that says when it was made, so that it can be used once."""
        return f"{int(clock.now().timestamp() * 1e6)}-{super().generate_challenge(nbytes)}"

    def authenticator_selection(self, *_arguments: Any) -> AuthenticatorSelectionCriteria:
        """Returns what a device must be able to do to keep a passkey."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, *_arguments: Any) -> UserVerificationRequirement:
        """Returns that the device always checks who holds it."""
        return UserVerificationRequirement.REQUIRED


class PasskeyStep(TfPluginBase):
    """The passkey as the second factor of those who need one and have no authenticator."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)

    def create_blueprint(self, *_arguments: Any) -> None:
        """Has no addresses of its own."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """Returns the passkey where a password alone may not sign in, and nothing else was set up."""
        account: Account = user
        return [("webauthn", "Passkey")] if account.guarded_by_passkey else []

    def tf_login(self, _user: Any, _json: dict[str, Any], next_loc: str | None) -> Any:
        """Leads to the passkey, which then signs in by itself."""
        session["tf_state"] = READY
        return redirect(url_for_security("wan_signin", next=next_loc))


def made_at(challenge: str) -> datetime:
    """Returns when a challenge of ours was made."""
    return datetime.fromtimestamp(int(challenge.partition("-")[0]) / 1e6, UTC)
