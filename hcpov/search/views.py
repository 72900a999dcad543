"""The page that searches, whole and as you type."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from hcpov.extensions import limiter
from hcpov.languages import lazy
from hcpov.search import forms, queries
from hcpov.search.questions import LONGEST
from hcpov.web import chrome, htmx

blueprint = Blueprint("search", __name__)

LIMIT = "120/minute"  # of one network, which may be a hospital; who types asks some three times a second
BUSY = lazy("So many searches came from your network that this one has to wait. Try again in a minute.")


@blueprint.get("/search")
@limiter.limit(LIMIT, error_message=partial(str, BUSY))  # see auth/guesses.py
def search() -> Response:
    """Posts and comments that have what was typed. For htmx, what was found alone."""
    wanted = forms.wanted(request.args)
    found = None if wanted.is_empty else queries.search(wanted, forms.page(request.args))
    again = {
        name: request.args[name] for name in ("q", "kind", "blog", "author", "tag", "year") if request.args.get(name)
    }
    context: dict[str, Any] = {
        "wanted": wanted,
        "found": found,
        "again": f"/search?{urlencode(again)}",
        "longest": LONGEST,
    }
    if htmx.wanted():
        answer = Response(render_template("search/_answer.html", **context), mimetype="text/html")
    else:
        answer = chrome.page("search/search.html", years=queries.years(), **context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
