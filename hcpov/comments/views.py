"""The comment's way in."""

from flask import Blueprint, abort, make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hcpov.blog import queries as blogs
from hcpov.blog.rows import ArticleRow
from hcpov.captcha import challenges
from hcpov.comments import actions, journey, policy, queries
from hcpov.comments.forms import CommentForm
from hcpov.comments.journey import Step
from hcpov.comments.models import Comment
from hcpov.comments.threads import comment_row
from hcpov.extensions import limiter
from hcpov.web import article as articles
from hcpov.web import chrome, htmx
from hcpov.web.origin import token_is_good
from hcpov.web.redirects import see_other

blueprint = Blueprint("comments", __name__)

LIMIT = "120/minute"


@blueprint.post("/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<slug:slug>/comments")
@limiter.limit(LIMIT)
def leave(blog: str, year: int, month: int, slug: str) -> Response:
    """Takes a comment on a post."""
    return _leave(blogs.article(blog, year, month, slug) or abort(404))


@blueprint.post("/pages/<slug:slug>/comments")
@limiter.limit(LIMIT)
def leave_on_page(slug: str) -> Response:
    """Takes a comment on a page of the site."""
    return _leave(blogs.site_page(slug) or abort(404))


def _leave(article: ArticleRow) -> Response:
    """A repeat is answered first, before anything is judged: same comment, same address."""
    form = CommentForm()
    challenge = challenges.read(form.challenge.data, article.id)
    if challenge is not None and (earlier := queries.by_submission_key(challenge.nonce)):
        return _posted(article, earlier)
    if not policy.may_leave(article):
        return _refused(article, form)
    step = _judge(article, form, challenge)
    if step.challenge is None:
        # The same form may have been stored by a request beside this one, after the first look and before the code's.
        if challenge is not None and (earlier := queries.by_submission_key(challenge.nonce)):
            return _posted(article, earlier)
        return _again(article, form, step)
    member = current_user if current_user.is_authenticated else None
    words = actions.Words(**{name: form[name].data or "" for name in actions.WORDS})
    if member:
        words = actions.signed(words, member)
    comment = actions.publish(article.id, words, step.challenge, step.parent, member.id if member else None)
    if comment is None:
        form.code.errors = [journey.USED]
        return _again(article, form, Step(code=challenges.issue(article.id)))
    return _posted(article, comment)


def _judge(article: ArticleRow, form: CommentForm, challenge: challenges.Challenge | None) -> Step:
    if current_user.is_authenticated:
        return journey.of_member(article.id, current_user, form, challenge, token_is_good())
    if "refresh" in request.form:
        return journey.another_code(article.id)
    return journey.of_guest(article.id, form, challenge)


def _again(article: ArticleRow, form: CommentForm, step: Step) -> Response:
    """Answers with the form and every word in it; 422 unless only a new code was asked for."""
    form.code.data = ""
    form.challenge.data = step.code.token if step.code else ""
    status = 200 if "refresh" in request.form else 422
    if htmx.wanted():
        context = articles.form_context(article, form, step.code, step.problems)
        return make_response(render_template("comments/_form.html", **context), status)
    return articles.page(article, form, status, code=step.code, problems=step.problems)


def _posted(article: ArticleRow, comment: Comment) -> Response:
    """Answers with the new comment: a fragment for htmx, else the page that shows it."""
    if htmx.wanted():
        fresh = blogs.article_by_id(article.id) or abort(404)
        context = articles.form_context(fresh, articles.empty_form(fresh))
        row = comment_row(comment, fresh.author_id)
        return make_response(
            render_template("comments/_posted.html", comment=row, parent_id=comment.parent_id, **context)
        )
    after = queries.page_of(comment)
    return see_other(f"{article.path}{f'?after={after}' if after else ''}#comment-{comment.id}")


def _refused(article: ArticleRow, form: CommentForm) -> Response:
    """Answers a comment on a closed or withdrawn post: the words are shown, to be taken elsewhere."""
    kept = form.body.data or ""
    if htmx.wanted():
        return make_response(render_template("comments/_closed.html", kept=kept, withdrawn=article.withdrawn), 422)
    return chrome.page("comments/closed.html", status=410 if article.withdrawn else 403, post=article, kept=kept)
