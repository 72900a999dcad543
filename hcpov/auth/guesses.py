"""Wrong passwords and codes, counted for the account they are tried on, wherever they come from.

What is counted for an address is the same whether it is known here or not. A browser in which somebody chose to stay
signed in, or chose a new password by mail, has a count of its own for that account: strangers who guess on purpose
cannot keep its owner out. The cookie that says so opens nothing.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from email_validator import EmailNotValidError
from flask import current_app, request, session
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from hcpov import config
from hcpov.auth.forms import normal_address
from hcpov.auth.models import Account
from hcpov.extensions import db, keyed, limiter
from hcpov.languages import lazy

WRONG = "10 per 15 minutes"
SIGN_IN_WORDS = lazy(
    "Ten wrong passwords were given for this address. Wait a quarter of an hour, or go to the sign-in page and press "
    "“Forgotten?”: a new password, chosen by mail, can be used at once in the same browser."
)
WORDS = lazy("Too many wrong tries. Wait a quarter of an hour, then try again.")
COOKIE = "known"
KNOWN = timedelta(days=90)
TOKEN_LENGTH = 300

View = Callable[..., Any]


def by_address(view: View) -> View:
    """Limits wrong passwords for the address that is typed in."""
    return _limited(view, _typed, SIGN_IN_WORDS)


def by_account(view: View) -> View:
    """Limits wrong passwords and codes of somebody who is signed in, or has given the password a moment ago."""
    return _limited(view, _halfway, WORDS)


def _limited(view: View, key: Callable[[], str], words: str) -> View:
    # A stand-in for words can be called, and would be. The error would be taken for a store that is away: no limit.
    said = partial(str, words)
    limit = limiter.limit(WRONG, key_func=key, methods=["POST"], deduct_when=_was_wrong, error_message=said)
    return limit(view)


def know_browser(answer: Response, account: Account) -> Response:
    """Gives the browser a count of its own for an account."""
    answer.set_cookie(
        COOKIE,
        _serializer().dumps([account.id, secrets.token_hex(8)]),
        max_age=KNOWN,
        path="/sign-in",
        httponly=True,
        secure=config.current().site_url.startswith("https://"),
        samesite="Strict",
    )
    return answer


def _was_wrong(answer: Response) -> bool:
    """Says whether the form is shown again; when all is well, Flask-Security leads on."""
    return answer.status_code in {200, 422}


def _typed() -> str:
    address = _plain(request.form.get("email", ""))
    try:
        number, mark = _serializer().loads(request.cookies.get(COOKIE, "")[:TOKEN_LENGTH], int(KNOWN.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return keyed(f"guesses {address}")
    account = db.session.get(Account, number)
    known = account is not None and _plain(account.email) == address
    return keyed(f"guesses by {mark}" if known else f"guesses {address}")


def _halfway() -> str:
    return keyed(f"guesses on {current_user.id if current_user.is_authenticated else session.get('tf_user_id')}")


def _plain(address: str) -> str:
    """Returns an address as it is compared, so that no other spelling has a count of its own."""
    try:
        return normal_address(address.strip()).casefold()
    except EmailNotValidError:
        return "no address"  # opens nothing, however it is written


def _serializer() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]
    return URLSafeTimedSerializer(keys, salt="known browser")  # the last key signs
