"""Keep Me Updated: the box, the page with more choices, and what an address asked for."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hcpov.auth.gates import member
from hcpov.blog import queries as blogs
from hcpov.blog.rows import ArticleRow, BlogRow
from hcpov.extensions import limiter
from hcpov.languages import gettext
from hcpov.updates import actions, queries, tokens
from hcpov.updates.addresses import masked, same
from hcpov.updates.forms import UpdatesForm, WishForm
from hcpov.updates.models import Cadence, Subscription
from hcpov.web import chrome, htmx
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("updates", __name__)

ASKING = "30/minute;300/day"  # each can write a letter
LIMIT = "60/minute"
ONE_CLICK = "One-Click"


@dataclass(frozen=True)
class Choice:
    """What can be asked for beside the whole site."""

    blog: BlogRow | None = None
    post: ArticleRow | None = None


def leaves_at_once() -> bool:
    """Says whether a mail program leaves for its owner (RFC 8058 3.2): no cookie, no token but the address's own."""
    return request.form.get("List-Unsubscribe") == ONE_CLICK


@blueprint.get("/updates")
def choose() -> Response:
    """Offers a thread, its blog or the whole site, and how often."""
    return _choices(_choice(request.args.get("blog", ""), row_number("post")), UpdatesForm(formdata=None))


@blueprint.post("/updates")
@limiter.limit(ASKING)
def ask_site() -> Response:
    """Takes an address that wants to hear of every blog, or of what it chose on the page with more choices."""
    kind, _, name = (request.form.get("about") or "site").partition(" ")
    if kind == "post":
        return _ask(_choice("", int(name) if name.isdecimal() and len(name) < 10 else abort(404)))
    return _ask(_choice(name or abort(404), None) if kind == "blog" else Choice())


@blueprint.post("/<blog:blog>/updates")
@limiter.limit(ASKING)
def ask_blog(blog: str) -> Response:
    """Takes an address that wants to hear of one blog."""
    return _ask(_choice(blog, None))


@blueprint.get("/updates/<token>")
def wishes(token: str) -> Response:
    """Shows what an address asked for, the question first. Mail scanners follow links: only a button does anything."""
    wish = _wish(token)
    if wish is None:
        return chrome.page("updates/unknown.html", 404)
    found = queries.of_address(wish.email)
    if wish.confirmed_at is None and wish.left_at is None:
        return _private(chrome.page("updates/confirm.html", token=token, wish=wish.id, pending=found.pending))
    return _shown(f"/updates/{token}", wish.email, found, wish.id)


@blueprint.post("/updates/<token>")
@limiter.limit(LIMIT, exempt_when=leaves_at_once)
def act(token: str) -> Response:
    """Confirms, changes or leaves; leaves with one click of a mail program, of which nobody is told what was there."""
    wish = _wish(token)
    if leaves_at_once():
        if wish is not None:
            actions.leave(wish.email, wish.id)
        return Response(gettext("You have left. Nothing more is sent.\n"), mimetype="text/plain")
    if wish is None:
        return chrome.page("updates/unknown.html", 404)
    return _act(f"/updates/{token}", wish.email, wish)


@blueprint.get("/account/updates")
@member
def mine() -> Response:
    """Shows what a member's address asked for."""
    email = same(current_user.email)
    return _shown("/account/updates", email, queries.of_address(email), None)


@blueprint.post("/account/updates")
@limiter.limit(LIMIT)
@member
def change_mine() -> Response:
    """Confirms, changes or leaves what a member's address asked for."""
    return _act("/account/updates", same(current_user.email))


def _wish(token: str) -> Subscription | None:
    key = tokens.read(token)
    return queries.by_key(key) if key is not None else None


def _choice(slug: str, post_id: int | None) -> Choice:
    """Returns what there is to choose; 404 for what is not public."""
    if post_id is not None:
        post = blogs.article_by_id(post_id)
        return Choice(post.blog, post) if post and not post.withdrawn else abort(404)
    return Choice(blogs.blog_named(slug) or abort(404)) if slug else Choice()


def _ask(choice: Choice) -> Response:
    """The answer is the same whether the address was known or not. A member's own address needs no letter."""
    form = UpdatesForm()
    more = bool(form.about.data)
    if not form.validate():
        return _choices(choice, form, 422) if more else _answer(choice.blog, form, 422)
    email = form.email.data or ""
    own = current_user.is_authenticated and same(current_user.email) == same(email)
    post_id = choice.post.id if choice.post else None
    blog_id = choice.blog.id if choice.blog and post_id is None else None
    actions.ask(email, blog_id, post_id, cadence=form.chosen, sure=own)
    return see_other("/account/updates") if own and not htmx.wanted() else _answer(choice.blog, form, 200, own)


def _answer(blog: BlogRow | None, form: UpdatesForm, status: int, own: bool = False) -> Response:
    context = {"blog": blog, "updates": form, "noted": status == 200, "own": own}
    if htmx.wanted():
        return make_response(render_template("updates/_box.html", **context), status)
    return chrome.page("updates/asked.html", status=status, **context)


def _choices(choice: Choice, form: UpdatesForm, status: int = 200) -> Response:
    context: dict[str, Any] = {"post": choice.post, "blog": choice.blog, "form": form, "cadences": queries.CADENCES}
    return chrome.page("updates/choose.html", status=status, **context)


def _shown(address: str, email: str, found: queries.Wishes, wish: int | None) -> Response:
    context: dict[str, Any] = {"target": address, "email": masked(email), "found": found, "first": wish}
    done = request.args.get("done", "")
    return _private(chrome.page("updates/wishes.html", done=done, cadences=queries.CADENCES, **context))


def _act(address: str, email: str, wish: Subscription | None = None) -> Response:
    """Does what a button says; without one it is the yes to the question of a letter.

    What is not this address's is simply not there.
    """
    form = WishForm()
    act, numbers = form.act.data, form.numbers()
    if not act and wish is not None and wish.confirmed_at is None:
        act, numbers = "confirm", {wish.id}
    number = min(numbers, default=0)
    if act == "confirm":
        actions.confirm(email, numbers)
    elif act == "change" and form.validate() and form.cadence.data:
        actions.change(email, number, Cadence(form.cadence.data))
    elif act == "leave":
        actions.leave(email, number)
    elif act == "all":
        actions.leave(email)
    elif act == "again":
        actions.come_back(email, number)
    else:
        abort(400)
    return see_other(f"{address}?done={act}")


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
