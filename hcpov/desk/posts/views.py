"""The desk's posts: the list, the editor and what its buttons do, preview links."""

from typing import Any

from flask import Blueprint, abort, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hcpov.blog import actions, policy, texts
from hcpov.blog.models import UNPUBLISHED, Post, State
from hcpov.blog.rows import post_path
from hcpov.desk.answers import fragment
from hcpov.desk.posts import answers, previews, queries, steps
from hcpov.desk.posts.forms import KEPT, TAB_LENGTH, PostForm
from hcpov.desk.posts.seats import Seat, post_here, seat_here
from hcpov.desk.posts.steps import Outcome
from hcpov.languages import gettext, lazy
from hcpov.web import chrome
from hcpov.web.origin import token_is_good
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("posts", __name__)

POSTS = "/desk/posts"
POST = f"{POSTS}/<int(max=999999999):number>"
MOST_BYTES = 8 * 1024 * 1024  # a text that is too long must come back with its words: more than can be kept is read
SEAL = lazy("Your session is not the one this page was opened in. Your words are here: look at them, then save again.")


@blueprint.url_value_preprocessor
def _take_long_texts(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES


@blueprint.get(POSTS)
def listing() -> Response:
    """The posts that somebody may see."""
    seat, before = seat_here(), row_number("before")
    blogs = queries.blogs_to_start(seat.writer)
    show, mine = request.args.get("show", "open"), request.args.get("by") == "me"
    blog = next((each for each in blogs if each[2] == request.args.get("blog")), None)
    if show not in queries.SHOWN or (request.args.get("blog") and blog is None):
        abort(404)
    found = queries.listing(seat.writer, show, mine, blog[0] if blog else None, before)
    chosen = blog[2] if blog else ""
    return answers.page(
        "desk/posts/list.html", seat, listing=found, blogs=blogs, show=show, mine=mine, blog=chosen, before=before
    )


@blueprint.post(f"{POSTS}/new")
def new() -> Response:
    """Begins a post on a blog."""
    seat, chosen = seat_here(), request.form.get("blog", "")
    numbers = {str(number): number for number, _, _ in queries.blogs_to_start(seat.writer)}
    if chosen not in numbers or not policy.may_start(seat.writer, numbers[chosen]):
        abort(403)
    return see_other(f"{POSTS}/{actions.new_post(numbers[chosen], seat.account_id).id}")


@blueprint.get(POST)
def edit(number: int) -> Response:
    """The editor, or a post that cannot be changed here."""
    seat, post = post_here(number)
    return answers.editor(seat, post) if seat.edits(post) and post.state in UNPUBLISHED else answers.closed(seat, post)


@blueprint.post(POST)
def act(number: int) -> Response:
    """Saves what was typed and does what was asked for. Whatever is wrong, the words come back."""
    if not current_user.is_authenticated:
        return _signed_out(number)
    (seat, post), form = post_here(number), PostForm()
    typed = form.typed(texts.fields_of(post), seat.publishes(post))
    if not token_is_good():
        return answers.editor(seat, post, typed, 400, problem=SEAL, version=form.version)
    step = request.form.get("do", "save")
    if not seat.steps(post):
        return _too_late(seat, post, form, typed)
    if step not in seat.steps(post):
        abort(403)
    outcome = steps.take(seat, post, form, typed, step)
    return see_other(f"{POSTS}/{number}") if outcome.good else _refused(seat, post, form, typed, outcome)


STATE_WORDS = {
    State.DRAFT: lazy("draft"),
    State.REVIEW: lazy("in review"),
    State.SCHEDULED: lazy("scheduled"),
    State.PUBLISHED: lazy("published"),
    State.WITHDRAWN: lazy("withdrawn"),
}


@blueprint.post(f"{POST}/draft")
def keep(number: int) -> Response:
    """Keeps what is typed, by itself, and says who else is here."""
    (seat, post), form = post_here(number), PostForm()
    typed = form.typed(texts.fields_of(post), seat.publishes(post))
    if not _keep(seat, post, form, typed):
        return Response(
            gettext("Not kept: the text is too long. Shorten it; until then it is safe in this window."), 413
        )
    if not seat.steps(post):
        return Response(
            gettext(
                "This post is %(state)s now and cannot be changed here. Your words are kept.",
                state=STATE_WORDS[State(post.state)],
            ),
            409,
        )
    return answers.kept(seat, post, form.version)


@blueprint.post(f"{POST}/preview")
def preview(number: int) -> Response:
    """The text as it will look, before it is saved. Without scripts the words are kept as well."""
    (seat, post), form = post_here(number), PostForm()
    typed = form.typed(texts.fields_of(post), seat.publishes(post))
    if not seat.steps(post):
        return _too_late(seat, post, form, typed)
    if "do" in request.form:
        _keep(seat, post, form, typed)
    return answers.preview(seat, post, typed)


@blueprint.post(f"{POST}/forget")
def forget(number: int) -> Response:
    """Throws away what was typed and not saved, in one tab or in all."""
    seat, post = post_here(number)
    tab = None if request.form.get("all") == "yes" else request.form.get("tab", "")[:TAB_LENGTH]
    actions.drop_drafts(post.id, seat.account_id, tab)
    return see_other(f"{POSTS}/{number}")


@blueprint.post(f"{POST}/links")
def take_links_back(number: int) -> Response:
    """Makes all preview links of a post open nothing any more."""
    seat, post = post_here(number)
    if not seat.steps(post):
        abort(403)
    actions.take_links_back(post, seat.account_id)
    return see_other(f"{POSTS}/{number}#links")


@blueprint.get(f"{POSTS}/tags")
def tags() -> Response:
    """Tags that begin like the last one that is being typed."""
    seat_here()
    last = request.args.get("tags", "")[-200:].rpartition(",")[2]
    return fragment("desk/posts/_tags.html", names=queries.tags_like(last))


@blueprint.get("/preview/<token>")
def shared(token: str) -> Response:
    """A post as it will look, for whoever was given the link. A public post is read at its own address."""
    post = previews.opened_by(token) or abort(404)
    if post.state not in UNPUBLISHED:
        return see_other(post_path(post))
    shown = answers.preview_context(post, texts.fields_of(post))
    answer = chrome.page("desk/posts/shared.html", state=answers.STATES[State(post.state)], **shown)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _keep(seat: Seat, post: Post, form: PostForm, typed: dict[str, str]) -> bool:
    if sum(map(len, typed.values())) > KEPT:
        return False
    actions.keep_draft(post.id, seat.account_id, (form.tabs or ["form"])[0], form.version, typed)
    return True


def _refused(seat: Seat, post: Post, form: PostForm, typed: dict[str, str], outcome: Outcome) -> Response:
    """What was asked for could not be done: the words come back, and those that could not be saved are kept."""
    if outcome.late:
        return _too_late(seat, post, form, typed)
    if not outcome.saved:
        _keep(seat, post, form, typed)
    if outcome.clash:
        return answers.clash(seat, post, typed, form)
    status, version = (409 if outcome.problem else 422), post.version if outcome.saved else form.version
    return answers.editor(seat, post, typed, status, outcome, version=version)


def _too_late(seat: Seat, post: Post, form: PostForm, typed: dict[str, str]) -> Response:
    """Somebody moved the post on: what was typed is kept and shown."""
    if seat.publishes(post) or post.author_id == seat.account_id:
        _keep(seat, post, form, typed)
    return answers.closed(seat, post, 409, typed, late=True)


def _signed_out(number: int) -> Response:
    """Somebody's session ended while they wrote: their words come back, to be sent again after signing in."""
    if "body" not in request.form:
        abort(404)
    fields = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    step = request.form.get("do", "save")
    return chrome.page("desk/posts/signed_out.html", 401, number=number, fields=fields, step=step)
