"""Changing what is published, in the open."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hcpov.blog import actions, revisions, texts
from hcpov.blog.models import Change, Post
from hcpov.blog.notices import titled
from hcpov.blog.revisions import RevisionRow
from hcpov.blog.rows import post_path
from hcpov.desk import answers
from hcpov.desk.policy import Keeper
from hcpov.desk.revisions.forms import KINDS, ChangeForm, ReasonForm, version_of
from hcpov.desk.writers import post_here, was_public
from hcpov.languages import lazy
from hcpov.text import markdown, tongues
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("revisions", __name__)

POST = "/desk/posts/<int(max=999999999):number>"
LONGEST_FORM = 4 * 1024 * 1024  # bytes; a text that is too long is answered beside its field, not lost
STALE = lazy("Somebody changed this post while you wrote. Nothing was saved, and nothing is lost.")
MOVED = lazy("Somebody changed this post meanwhile. Nothing was done.")


@blueprint.url_value_preprocessor
def _take_long_forms(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Lets a long text in before anybody reads the form."""
    request.max_content_length = request.max_form_memory_size = LONGEST_FORM


@blueprint.get(f"{POST}/change")
def change_form(number: int) -> Response:
    """The words of a published post, or of an older revision, to be changed. Nothing is saved by opening it."""
    keeper, post = post_here(number)
    if not was_public(post):
        return see_other(f"/desk/posts/{number}")
    words, older = _words_of(post), row_number("from")
    if older is not None:
        words |= texts.fields_of_revision(revisions.one(number, older) or abort(404))
    form = ChangeForm(formdata=None, version=post.version, **words)
    return _page(keeper, post, form, older=older)


@blueprint.post(f"{POST}/change")
def change(number: int) -> Response:
    """Shows a change before it is made, or makes it."""
    keeper, post = _published(number)
    form = ChangeForm()
    form.was, form.saves = _words_of(post), request.form.get("action") == "save"
    good = form.validate()
    if version_of(form.version.data) != post.version:
        return _stale(keeper, post, form)
    if not good:
        return _page(keeper, post, form, 422)
    if not form.saves:
        return _page(keeper, post, form, preview=True)
    kind = Change(form.kind.data or "")
    reason = "" if kind == Change.MINOR else form.reason.data or ""
    if not actions.change(post, form.words(), post.version, keeper.account_id, kind, reason):
        return _stale(keeper, post, form)
    return see_other(f"/desk/posts/{number}/revisions")


@blueprint.get(f"{POST}/revisions")
def listing(number: int) -> Response:
    """All revisions of a post, minor ones too; any two of them compared."""
    keeper, post = post_here(number)
    return _listing(keeper, post)


@blueprint.post(f"{POST}/withdraw")
def withdraw(number: int) -> Response:
    """Takes a whole post back."""
    return _move(number, actions.withdraw, from_public=True)


@blueprint.post(f"{POST}/return")
def bring_back(number: int) -> Response:
    """Shows a withdrawn post again."""
    return _move(number, actions.bring_back, from_public=False)


def _move(number: int, act: Any, from_public: bool) -> Response:
    keeper, post = _published(number)
    form = ReasonForm()
    if not form.validate():
        return _listing(keeper, post, 422, form)
    if post.is_public is not from_public:
        return _listing(keeper, post, 409, form, MOVED)
    if not act(post, version_of(form.version.data), keeper.account_id, form.reason.data or ""):
        return _listing(keeper, post, 409, form, MOVED)
    return see_other(f"/desk/posts/{number}/revisions")


def _published(number: int) -> tuple[Keeper, Post]:
    keeper, post = post_here(number)
    return (keeper, post) if was_public(post) else abort(404)


def _words_of(post: Post) -> dict[str, str]:
    return {name: getattr(post, name) for name in texts.OPEN}


def _page(keeper: Keeper, post: Post, form: ChangeForm, status: int = 200, **more: Any) -> Response:
    """Answers with the form. Two queries more for the preview of a removal: what it would erase."""
    context: dict[str, Any] = {"post": post, "form": form, "kinds": KINDS, "path": post_path(post), "older": None}
    context |= {
        "tongues": tongues.choices(),
        "stale": "",
        "preview": False,
        "html": "",
        "changes": [],
        "erases": None,
    } | more
    if context["preview"]:
        context["html"] = markdown.render_post(form.body.data or "")
    if context["preview"] or context["stale"]:
        context["changes"] = revisions.changed_fields(_words_of(post), form.words())
    if context["preview"] and form.kind.data == Change.REMOVAL:
        context["erases"] = revisions.to_erase(post.id)
    return answers.page("desk/revisions/change.html", keeper, status, **context)


def _stale(keeper: Keeper, post: Post, form: ChangeForm) -> Response:
    """Shows both texts. The form now stands on the newer one, so that saving again is a decision."""
    newest = revisions.post_with_blog(post.id) or abort(404)
    form.version.data = str(newest.version)
    return _page(keeper, newest, form, 409, stale=STALE)


def _listing(
    keeper: Keeper, post: Post, status: int = 200, form: ReasonForm | None = None, problem: str = ""
) -> Response:
    rows = revisions.of_post(post.id)
    asked = _asked_for(rows) if request.method == "GET" else None
    changes = revisions.compared(post.id, [asked]) if asked else {}
    context: dict[str, Any] = {"rows": rows, "asked": asked, "changes": changes, "form": form or ReasonForm(None)}
    path = post_path(post) if was_public(post) else ""
    context |= {"post": post, "title": titled(post), "path": path, "problem": problem}
    return answers.page("desk/revisions/revisions.html", keeper, status, **context)


def _asked_for(rows: list[RevisionRow]) -> tuple[RevisionRow, RevisionRow] | None:
    numbers = row_number("old"), row_number("new")
    if numbers == (None, None):
        return None
    old, new = (next((row for row in rows if row.number == number), None) for number in numbers)
    return (old, new) if old and new else abort(404)
