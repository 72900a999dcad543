"""Who may change something here: only our own pages.

Strangers' forms carry no token, so that pages are the same bytes for everyone; instead a foreign `Origin` or
`Sec-Fetch-Site` is refused. Whatever acts with a session carries Flask-WTF's token as well.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from hcpov import config
from hcpov.extensions import csrf
from hcpov.languages import gettext

_SAFE = {"GET", "HEAD", "OPTIONS"}
# What a mail program sends for its owner: the address itself says who may (RFC 8058 3.1), and can do nothing but leave.
_ONE_CLICK = ("updates.act", "One-Click")
# Forms whose words must survive a wrong token: their views ask `token_is_good` and answer with the form.
_KEEPS_WORDS = {"comments.leave", "comments.leave_on_page", "posts.act"}


def install(app: Flask) -> None:
    """Refuses foreign and tokenless changes before any view sees them."""
    app.before_request(_refuse)


def _refuse() -> None:
    if request.method in _SAFE or _is_one_click():
        return
    if not is_ours():
        abort(403, gettext("This form was sent from another site. Open the page here and send it again."))
    if request.is_json:  # our pages send forms; Flask-Security would read it in the place of one
        abort(415)
    if current_user.is_authenticated and request.endpoint not in _KEEPS_WORDS:
        csrf.protect()


def _is_one_click() -> bool:
    endpoint, word = _ONE_CLICK  # first the address: the form of any other is not read here, however large it is
    return request.endpoint == endpoint and request.form.get("List-Unsubscribe") == word


def is_ours() -> bool:
    """Says whether a change was asked for by a page of this site, or by a tool that is no browser."""
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    if origin == "null":  # a page of ours whose referrer policy hides it says same-origin as well
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    ours = {urlsplit(request.host_url)[:2], urlsplit(config.current().site_url)[:2]}
    return urlsplit(origin)[:2] in ours


def token_is_good() -> bool:
    """Says whether the request carries the session's token, or has no session that could be abused."""
    if not current_user.is_authenticated:
        return True
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True
