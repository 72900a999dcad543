"""Where somebody stands on the way in, or before a change of how they sign in, and where to lead them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import current_app, flash, g, redirect, request, session
from flask_login import current_user
from flask_security import check_and_update_authn_fresh
from flask_security.proxies import _security
from werkzeug.wrappers import Response

from hcpov import clock
from hcpov.auth import queries, sessions
from hcpov.auth.models import Account
from hcpov.auth.passkeys import READY
from hcpov.languages import lazy

HALF_WAY = timedelta(minutes=15)
SINCE = "tf_since"
TOO_LATE = lazy("That took too long. Please begin again.")


def half_way(*states: str) -> Account | None:
    """Returns who gave a right password a moment ago and owes the second factor; None when nobody did."""
    since = clock.now().timestamp() - session.get(SINCE, 0)
    if session.get("tf_state") not in states or since > HALF_WAY.total_seconds():
        return None
    account = queries.account_marked(session.get("tf_user_id", ""))
    if account is None or not account.active or account.uses_second_factor != (session["tf_state"] == READY):
        return None
    g.half_way = account
    return account


def stale(back: str) -> Response | None:
    """Asks for the password again when it was given too long ago, and then leads back to a page, not to its form."""
    if check_and_update_authn_fresh(option("FRESHNESS"), option("FRESHNESS_GRACE_PERIOD"), "session"):
        return None
    return see_other(f"/account/verify?{urlencode({'next': back})}")


def unproven(back: str) -> Response | None:
    """Asks who has a second factor to show it before it is changed; the password alone would not sign them in."""
    if current_user.has_second_factor and sessions.owes_second_factor(current_user):
        return see_other(sessions.way_to_second_factor(current_user, back))
    return None


def turned_back(location: str, words: str = TOO_LATE) -> Response:
    """Leads back to a page that shows these words."""
    flash(str(words))  # the session takes no stand-in
    return see_other(location)


def with_next(path: str) -> str:
    """Returns a path with this request's own `next`, which is checked where it is followed."""
    back = request.args.get("next")
    return f"{path}?{urlencode({'next': back})}" if back else path


def see_other(location: str) -> Response:
    """Leads on: 303, so that reloading the page repeats nothing."""
    return redirect(location, 303)


def page(template: str, **context: Any) -> Response:
    """Renders a whole page, as Flask-Security's views do."""
    answer: Any = _security.render_template(template, **context)
    assert isinstance(answer, Response)
    return answer


def option(name: str) -> Any:
    """Returns one of Flask-Security's settings."""
    return current_app.config[f"SECURITY_{name}"]
