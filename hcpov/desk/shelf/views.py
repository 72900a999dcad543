"""The blogs themselves, and the pages of the site."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hcpov.blog import defaults
from hcpov.blog import queries as blogs
from hcpov.blog.actions import BadSlug
from hcpov.blog.models import Blog
from hcpov.blog.policy import may_publish
from hcpov.blog.shelf import actions
from hcpov.blog.shelf.actions import TakenSlug
from hcpov.desk import answers
from hcpov.desk.policy import Keeper
from hcpov.desk.settling import keeper_here
from hcpov.desk.shelf import queries
from hcpov.desk.shelf.forms import NameForm, PageForm, TextsForm
from hcpov.desk.writers import admin_here, writer_of
from hcpov.languages import lazy
from hcpov.web.redirects import see_other

blueprint = Blueprint("shelf", __name__)

BLOG = "/desk/blogs/<int(max=999999999):number>"
STALE = lazy(
    "Somebody changed these texts while you wrote. Nothing was saved, and nothing is lost: yours are in the form."
)
NO_BLOG = lazy("Begin a blog first: a page of the site stands beside one.")


@blueprint.route("/desk/blogs/new", methods=["GET", "POST"])
def begin() -> Response:
    """Begins a blog."""
    keeper, form = admin_here(), NameForm()
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return answers.page("desk/shelf/new_blog.html", keeper, status, form=form)
    try:
        blog = actions.open_blog(form.slug.data or "", form.name.data or "", keeper.account_id)
    except (BadSlug, TakenSlug) as problem:
        form.slug.errors = [str(problem)]
        return answers.page("desk/shelf/new_blog.html", keeper, 422, form=form)
    return see_other(f"/desk/blogs/{blog.id}/edit")


@blueprint.get(f"{BLOG}/edit")
def edit(number: int) -> Response:
    """What a blog says of itself; for admins its name and address."""
    return _page(*_blog_here(number))


@blueprint.post(f"{BLOG}/texts")
def keep_texts(number: int) -> Response:
    """Keeps what a blog says of itself."""
    keeper, blog = _blog_here(number)
    form = TextsForm()
    if not form.validate():
        return _page(keeper, blog, 422, texts=form)
    if form.seen.data != queries.mark_of(blog):
        form.seen.data = queries.mark_of(blog)
        return _page(keeper, blog, 409, texts=form, problem=STALE)
    said = (form.tagline.data or "", form.about.data or "", form.write_for_us.data or "")
    actions.write_texts(blog, *said, keeper.account_id)
    return see_other(f"/desk/blogs/{number}/edit")


@blueprint.post(f"{BLOG}/name")
def rename(number: int) -> Response:
    """Gives a blog another name or address."""
    admin_here()
    keeper, blog = _blog_here(number)
    form = NameForm()
    if not form.validate():
        return _page(keeper, blog, 422, name=form)
    try:
        actions.rename(blog, form.slug.data or "", form.name.data or "", keeper.account_id)
    except (BadSlug, TakenSlug) as problem:
        form.slug.errors = [str(problem)]
        return _page(keeper, _blog_here(number)[1], 422, name=form)
    return see_other(f"/desk/blogs/{number}/edit")


@blueprint.post(f"{BLOG}/move")
def move(number: int) -> Response:
    """Moves a blog up or down in the order of all."""
    admin_here()
    keeper, _ = _blog_here(number)
    if request.form.get("to") not in {"up", "down"}:
        abort(400)
    actions.move(number, request.form["to"] == "up", keeper.account_id)
    return see_other(f"/desk/blogs#blog-{number}")


@blueprint.get("/desk/pages")
def pages() -> Response:
    """The pages of the site, and those that the software says until somebody writes them."""
    keeper, found = admin_here(), queries.site_pages()
    own = {page.slug for page in found}
    missing = [(slug, title) for slug, (title, _) in defaults.PAGES.items() if slug not in own]
    return answers.page("desk/shelf/pages.html", keeper, pages=found, missing=missing)


@blueprint.route("/desk/pages/new", methods=["GET", "POST"])
def begin_page() -> Response:
    """Writes a page of the site; one that has a default begins with its words."""
    keeper = admin_here()
    begun = defaults.page(request.args.get("slug", ""))
    words = {"title": begun.title, "slug": request.args["slug"], "body": begun.body} if begun else {}
    form = PageForm(formdata=None, **words) if request.method == "GET" else PageForm()
    if request.method == "GET" or not form.validate():
        return answers.page("desk/shelf/new_page.html", keeper, 200 if request.method == "GET" else 422, form=form)
    first = next(iter(blogs.masthead()), None)
    try:
        if first is None:
            raise TakenSlug(NO_BLOG)
        said = (form.slug.data or "", form.title.data or "", form.body.data or "")
        page = actions.open_page(first.id, *said, keeper.account_id)
    except TakenSlug as problem:
        form.slug.errors = [str(problem)]
        return answers.page("desk/shelf/new_page.html", keeper, 422, form=form)
    return see_other(f"/pages/{page.slug}/")


def _blog_here(number: int) -> tuple[Keeper, Blog]:
    """Returns who is at the desk and the blog they may change: 404 for none, 403 for another's."""
    keeper = keeper_here()
    blog = queries.blog(number) or abort(404)
    if not may_publish(writer_of(keeper), number):
        abort(403)
    return keeper, blog


def _page(keeper: Keeper, blog: Blog, status: int = 200, problem: str = "", **forms: Any) -> Response:
    now = {"tagline": blog.tagline, "about": blog.about, "write_for_us": blog.write_for_us}
    context: dict[str, Any] = {
        "blog": blog,
        "people": queries.people(blog.id),
        "problem": problem,
        "texts": forms.get("texts") or TextsForm(formdata=None, seen=queries.mark_of(blog), **now),
        "name": forms.get("name") or NameForm(formdata=None, name=blog.name, slug=blog.slug),
    }
    return answers.page("desk/shelf/blog.html", keeper, status, **context)
