"""The desk's page on who reviewed a post."""

from typing import Any

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from hcpov.blog import actions
from hcpov.blog.models import Post
from hcpov.blog.notices import titled
from hcpov.blog.rows import Byline, post_path
from hcpov.desk import answers
from hcpov.desk.policy import Keeper
from hcpov.desk.reviews.forms import ReviewForm
from hcpov.desk.writers import post_here, was_public
from hcpov.web.redirects import see_other

blueprint = Blueprint("reviews", __name__)

REVIEW = "/desk/posts/<int(max=999999999):number>/review"


@blueprint.get(REVIEW)
def form(number: int) -> Response:
    """Who reviewed a post, to be said or changed."""
    keeper, post = _published(number)
    said = {"name": post.reviewer_name, "title": post.reviewer_title, "place": post.reviewer_place}
    return _page(keeper, post, ReviewForm(formdata=None, on=post.reviewed_on, **said))


@blueprint.post(REVIEW)
def say(number: int) -> Response:
    """Says who reviewed a post, and when."""
    keeper, post = _published(number)
    typed = ReviewForm()
    if not typed.validate() or typed.on.data is None:
        return _page(keeper, post, typed, 422)
    who = Byline(typed.name.data or "", typed.title.data or "", typed.place.data or "")
    actions.set_review(post, who, typed.on.data, keeper.account_id)
    return see_other(post_path(post))


@blueprint.post(f"{REVIEW}/remove")
def take_back(number: int) -> Response:
    """Says of a post no more that it was reviewed."""
    keeper, post = _published(number)
    actions.take_review_back(post, keeper.account_id)
    return see_other(f"/desk/posts/{number}/review")


def _published(number: int) -> tuple[Keeper, Post]:
    keeper, post = post_here(number)
    return (keeper, post) if was_public(post) else abort(404)


def _page(keeper: Keeper, post: Post, typed: ReviewForm, status: int = 200) -> Response:
    context: dict[str, Any] = {"post": post, "title": titled(post), "path": post_path(post), "form": typed}
    return answers.page("desk/reviews/review.html", keeper, status, **context)
