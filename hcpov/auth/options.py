"""How Flask-Security is set up: which of its parts, at which addresses, with which words."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import Security
from itsdangerous import Serializer

from hcpov import clock, config
from hcpov.auth import letters, second_factor
from hcpov.auth.passwords import SHORTEST
from hcpov.languages import lazy

ADDRESSES = {
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "REGISTER_URL": "/join",
    "CONFIRM_URL": "/join/confirm",
    "RESET_URL": "/reset",
    "CHANGE_URL": "/account/password",
    "VERIFY_URL": "/account/verify",
    "TWO_FACTOR_SETUP_URL": "/account/second-factor",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/help",
    "TWO_FACTOR_SELECT_URL": "/sign-in/choose",
    "TWO_FACTOR_POST_SETUP_VIEW": "/account/",
    "TWO_FACTOR_ERROR_VIEW": "/sign-in",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
    "WAN_REGISTER_URL": "/account/passkeys",
    "WAN_DELETE_URL": "/account/passkeys/remove",
    "WAN_VERIFY_URL": "/account/verify/passkey",
    "WAN_SIGNIN_URL": "/sign-in/passkey",
    "WAN_POST_REGISTER_VIEW": "/account/passkeys",
    "POST_LOGIN_VIEW": "/",
    "POST_LOGOUT_VIEW": "/",
    "POST_REGISTER_VIEW": "/join/sent",
    "POST_CHANGE_VIEW": "/account/",
    "POST_VERIFY_VIEW": "/account/",
}
TEMPLATES = {
    "LOGIN_USER_TEMPLATE": "auth/sign_in.html",
    "REGISTER_USER_TEMPLATE": "auth/join.html",
    "CHANGE_PASSWORD_TEMPLATE": "auth/password.html",
    "VERIFY_TEMPLATE": "auth/verify.html",
    "TWO_FACTOR_SETUP_TEMPLATE": "auth/second_factor.html",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "auth/code.html",
    "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "auth/recovery_codes.html",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "auth/recovery.html",
    "WAN_REGISTER_TEMPLATE": "auth/passkeys.html",
    "WAN_SIGNIN_TEMPLATE": "auth/passkey_sign_in.html",
    "WAN_VERIFY_TEMPLATE": "auth/passkey_verify.html",
    "REGISTER_EMAIL_TEMPLATE": "auth/mail/confirm",
    "REGISTER_EMAIL_EXISTING_TEMPLATE": "auth/mail/known",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "auth/mail/password_changed",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "auth/mail/password_changed",
}
WORDS = {
    "INVALID_EMAIL_ADDRESS": lazy("This does not look like an e-mail address."),
    "EMAIL_NOT_PROVIDED": lazy("Please give your e-mail address."),
    "PASSWORD_NOT_PROVIDED": lazy("Please give a password."),
    "PASSWORD_INVALID_LENGTH": lazy("Please use at least %(length)s characters."),
    "PASSWORD_IS_THE_SAME": lazy("This is the password you have. Please choose another."),
    "INVALID_PASSWORD": lazy("This is not your password."),
    "INVALID_PASSWORD_CODE": lazy("This is not your password."),
    "INVALID_CODE": lazy("This code is not right, or was used already. Wait for the next one."),
    "TWO_FACTOR_INVALID_TOKEN": lazy("This code is not right, or was used already. Wait for the next one."),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": lazy("Please choose one of these."),
    "INVALID_RECOVERY_CODE": lazy("This is none of your recovery codes, or it was used already."),
    "WEBAUTHN_NAME_REQUIRED": lazy("Please give the passkey a name."),
    "WEBAUTHN_NAME_INUSE": lazy("You have a passkey of this name. Please choose another."),
    "WEBAUTHN_NAME_NOT_FOUND": lazy("You have no passkey of this name."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": lazy("Please use letters, digits, blanks and hyphens only."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": lazy("This passkey is here already."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": lazy("This passkey opens no account here."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": lazy("This passkey cannot be used for this."),
    "WEBAUTHN_NO_VERIFY": lazy("The passkey could not be checked. Please try again."),
    "API_ERROR": lazy("That did not work. Please try again."),
}


def apply(app: Flask) -> None:
    """Writes the settings that Flask-Security reads."""
    settings: config.Settings = app.config["HCPOV"]
    app.config.update({f"SECURITY_{name}": value for name, value in {**ADDRESSES, **TEMPLATES}.items()})
    app.config.update({f"SECURITY_MSG_{name}": (words, "error") for name, words in WORDS.items()})
    app.config.update({f"SECURITY_{name}": value for name, value in _parts(settings).items()})
    keys = [app.config["SECRET_KEY"], *app.config["SECRET_KEY_FALLBACKS"]]
    app.config["SECURITY_TOTP_SECRETS"] = second_factor.seals(keys)


def sign_with_newest(security: Security, app: Flask) -> None:
    """Has Flask-Security sign links and steps with the secret in use.

    It lists that one first, and the signer signs with the last: what is new would end with the oldest secret.
    """
    for each in vars(security).values():
        if isinstance(each, Serializer):
            each.secret_keys = [key.encode() for key in (*app.config["SECRET_KEY_FALLBACKS"], app.config["SECRET_KEY"])]


def _parts(settings: config.Settings) -> dict[str, Any]:
    secure = settings.site_url.startswith("https://")
    return {
        "BLUEPRINT_NAME": "auth",
        "REGISTERABLE": True,
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_IMPLEMENTATIONS": {
            "code": "flask_security.twofactor.CodeTfPlugin",
            "webauthn": "hcpov.auth.passkeys.PasskeyStep",
        },
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": second_factor.WINDOW,
        "TWO_FACTOR_RESCUE_EMAIL": False,  # a stolen mailbox would be both factors
        "TWO_FACTOR_ALWAYS_VALIDATE": False,
        # Only signing in reads it; no other page carries it about.
        "TWO_FACTOR_VALIDITY_COOKIE": {"httponly": True, "secure": secure, "samesite": "Strict", "path": "/sign-in"},
        "TWO_FACTOR_VALIDITY_COOKIE_NAME": "remembered",
        "TWO_FACTOR_LOGIN_VALIDITY": timedelta(days=settings.session_days),
        "TOTP_ISSUER": settings.site_name,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "WEBAUTHN": True,
        "WAN_RP_NAME": settings.site_name,
        "WAN_ALLOW_USER_HINTS": False,  # asking by address would tell who has an account
        "WAN_SIGNIN_WITHIN": timedelta(minutes=5),
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": timedelta(hours=1),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=30),
        "CONFIRM_EMAIL_WITHIN": timedelta(days=letters.CONFIRM_DAYS),
        "RESET_PASSWORD_WITHIN": timedelta(hours=letters.RESET_HOURS),
        "EMAIL_HTML": False,
        "EMAIL_SUBJECT_REGISTER": lazy("Please confirm your address"),
        "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": lazy("Your password was changed"),
        "EMAIL_SUBJECT_PASSWORD_NOTICE": lazy("Your password was changed"),
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "CACHE_CONTROL": None,  # web/headers.py says it for every answer
        "LOGOUT_METHODS": ["POST"],
        "RETURN_GENERIC_RESPONSES": True,
        "CSRF_IGNORE_UNAUTH_ENDPOINTS": True,
        "FLASH_MESSAGES": False,
        "USE_REGISTER_V2": True,
        "DATETIME_FACTORY": clock.now,
        "PASSWORD_CONFIRM_REQUIRED": False,  # a second field keeps password managers from filling in
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "PASSWORD_HASH": "argon2",
        # Without the site's secret in it, a password outlives a secret that was changed or lost.
        "PASSWORD_SINGLE_HASH": {"argon2"},
        "PASSWORD_SCHEMES": ["argon2"],
        # OWASP's password storage sheet: 19 MiB, two passes, one lane; the library's default would stall two cores.
        "PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        # Marks in links that are signed anyway; the library's default takes a quarter of a second.
        "HASHING_SCHEMES": ["hex_sha256"],
        "DEPRECATED_HASHING_SCHEMES": [],
    }
