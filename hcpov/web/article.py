"""The post with its thread and form: one page, answered by reading and by commenting alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, render_template, request
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from hcpov.blog import queries as blogs
from hcpov.blog.heads import Head
from hcpov.blog.related import related
from hcpov.blog.rows import ArticleRow, written_by
from hcpov.captcha import challenges, drawing
from hcpov.captcha.challenges import Challenge
from hcpov.comments import policy, queries, receipts
from hcpov.comments.forms import CommentForm
from hcpov.comments.guard import Finding
from hcpov.languages import gettext
from hcpov.text.finds import Find
from hcpov.web import chrome, linked_data

BLANK = "hcpov.blank"


def empty_form(article: "ArticleRow | Head | Place") -> CommentForm:
    """Returns the form as a reader finds it: empty, a member's with its key."""
    form = CommentForm(formdata=None)
    if current_user.is_authenticated:
        form.challenge.data = challenges.member_key(article.id, current_user.id).token
    return form


def page(
    article: ArticleRow,
    form: CommentForm,
    status: int = 200,
    after: int | None = None,
    parent: int | None = None,
    code: Challenge | None = None,
    problems: Sequence[str] = (),
    asked: Finding | None = None,
    receipt: str | None = None,
) -> Response:
    """Renders the whole page. Five queries more than the article's: masthead, thread with replies, related and more."""
    if parent is not None and not form.parent.data:
        form.parent.data = str(parent)
    reader_id = current_user.id if current_user.is_authenticated else None
    beside = related(article)
    thread = queries.thread(article.id, article.author_id, after, reader_id)
    return chrome.page(
        "blog/post.html",
        status=status,
        thread=thread,
        related=beside,
        more=blogs.more_from(article.blog.id, [article.id, *(each.id for each in beside)], blogs.MORE - len(beside)),
        receipt=receipt,
        elsewhere=request.method == "POST",
        author=written_by(article),
        facts=linked_data.block(linked_data.of_article(article, thread)),
        **form_context(article, form, code, problems, asked),
    )


def form_context(
    article: ArticleRow | Head,
    form: CommentForm,
    code: Challenge | None = None,
    problems: Sequence[str] = (),
    asked: Finding | None = None,
) -> dict[str, object]:
    """Returns what `comments/_form.html` needs. Draws the picture when there is a code to ask for."""
    return {
        "post": article,
        "form": form,
        "may_comment": policy.may_leave(article),
        "code": code,
        "picture": drawing.picture(challenges.digits(code.nonce)) if code and code.kind == challenges.CODE else None,
        "answering": answered(article.id, form),
        "problems": problems,
        "asked": asked,
        "marked": spans(form.body.data or "", asked.finds) if asked else (),
    }


def form_anew(post: Head) -> dict[str, object]:
    """Returns what `comments/_form.html` needs after a comment was taken: an empty form, for the next one."""
    if current_user.is_authenticated:
        return form_context(post, empty_form(post))
    return {"post": post, "may_comment": policy.may_leave(post), "blank": _blank()}


def _blank() -> Markup:
    """Returns the fields as every stranger finds them. Made once: they would be a fifth of what a comment costs."""
    found: Markup | None = current_app.extensions.get(BLANK)
    if found is None:
        fields = render_template("comments/_fields.html", form=CommentForm(formdata=None), problems=())
        found = current_app.extensions[BLANK] = Markup(fields)  # noqa: S704  # a template made it
    return found


@dataclass(frozen=True)
class Place:
    """As much of a post as its form needs."""

    id: int
    path: str


def member_form(post_id: int, may_comment: bool) -> str:
    """Returns the form as a reader who is signed in finds it below a finished page. No query."""
    place = Place(post_id, request.path)
    context = {"post": place, "form": empty_form(place), "may_comment": may_comment, "problems": ()}
    return render_template("comments/_form.html", current_user=current_user._get_current_object(), **context)


def own_comment(comment_id: int, account_id: int) -> str:
    """Returns the way to change a comment, for whoever wrote it."""
    if account_id != current_user.id:
        return ""
    return render_template("comments/_own.html", comment={"receipt": receipts.issue(comment_id)})


HOLES = {"leave": member_form, "own": own_comment}


def spans(text: str, finds: Sequence[Find]) -> list[tuple[str, str]]:
    """Returns a text in pieces, each with the words for what was found in it, or with none."""
    pieces, at = [], 0
    for find in finds:
        pieces += [(text[at : find.start], ""), (text[find.start : find.end], gettext(find.kind.words))]
        at = find.end
    return [piece for piece in [*pieces, (text[at:], "")] if piece[0]]


def answered(post_id: int, form: CommentForm) -> str | None:
    """Returns the name of whom the form answers. No query when it answers nobody."""
    comment = queries.published(post_id, form.parent.data or "")
    return comment.name if comment else None
