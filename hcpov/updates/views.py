"""The Keep Me Updated box."""

from flask import Blueprint, abort, make_response, render_template
from werkzeug.wrappers import Response

from hcpov.blog import queries as blogs
from hcpov.blog.rows import BlogRow
from hcpov.extensions import limiter
from hcpov.updates import actions, tokens
from hcpov.updates.forms import UpdatesForm
from hcpov.web import chrome, htmx

blueprint = Blueprint("updates", __name__)

LIMIT = "30/minute"


@blueprint.post("/updates")
@limiter.limit(LIMIT)
def ask_site() -> Response:
    """Takes an address that wants to hear of every blog."""
    return _ask(None)


@blueprint.post("/<blog:blog>/updates")
@limiter.limit(LIMIT)
def ask_blog(blog: str) -> Response:
    """Takes an address that wants to hear of one blog."""
    return _ask(blogs.blog_named(blog) or abort(404))


@blueprint.get("/updates/<token>")
def asked_by_mail(token: str) -> Response:
    """Shows the question of a confirmation mail. Mail scanners follow links: only the button says yes."""
    known = tokens.read(token) is not None
    return chrome.page("updates/confirm.html", 200 if known else 404, token=token, done=False, known=known)


@blueprint.post("/updates/<token>")
@limiter.limit(LIMIT)
def confirm(token: str) -> Response:
    """Takes the yes."""
    number = tokens.read(token)
    known = number is not None and actions.confirm(number)
    return chrome.page("updates/confirm.html", 200 if known else 404, token=token, done=known, known=known)


def _ask(blog: BlogRow | None) -> Response:
    """The answer is the same whether the address was known or not."""
    form = UpdatesForm()
    noted = form.validate()
    if noted:
        actions.ask(form.email.data or "", blog.id if blog else None)
    context = {"blog": blog, "updates": form, "noted": noted}
    if htmx.wanted():
        return make_response(render_template("updates/_box.html", **context), 200 if noted else 422)
    return chrome.page("updates/asked.html", status=200 if noted else 422, **context)
