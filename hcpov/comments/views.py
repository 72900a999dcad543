"""The comment's way in, its permanent address, and the report."""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request
from flask_login import current_user
from sqlalchemy import Select
from werkzeug.wrappers import Response

from hcpov.auth.models import Account
from hcpov.blog import heads
from hcpov.blog import queries as blogs
from hcpov.blog.heads import Head
from hcpov.blog.rows import ArticleRow
from hcpov.captcha import challenges
from hcpov.captcha.challenges import Challenge
from hcpov.comments import actions, guard, journey, networks, outcomes, policy, queries, receipts, words
from hcpov.comments.forms import CommentForm, EditForm, ReportForm
from hcpov.comments.guard import Finding, Ruling, Submission
from hcpov.comments.journey import Step
from hcpov.comments.models import Comment, State
from hcpov.comments.queries import Known
from hcpov.comments.threads import Shown, comment_row
from hcpov.extensions import limiter
from hcpov.updates import actions as subscriptions
from hcpov.updates.addresses import same
from hcpov.updates.forms import UpdatesForm
from hcpov.updates.queries import CADENCES
from hcpov.web import article as articles
from hcpov.web import chrome, htmx
from hcpov.web.origin import token_is_good
from hcpov.web.redirects import see_other

blueprint = Blueprint("comments", __name__)

LIMIT = "120/minute"
RECEIPT_SECONDS, UNHURRIED = 300, 3600.0


@blueprint.post("/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<slug:slug>/comments")
@limiter.limit(LIMIT)
def leave(blog: str, year: int, month: int, slug: str) -> Response:
    """Takes a comment on a post."""
    return _leave(queries.ON_POST, blog=blog, year=year, month=month, slug=slug)


@blueprint.post("/pages/<slug:slug>/comments")
@limiter.limit(LIMIT)
def leave_on_page(slug: str) -> Response:
    """Takes a comment on a page of the site."""
    return _leave(queries.ON_PAGE, slug=slug)


@blueprint.get("/comments/<int:number>/")
def permalink(number: int) -> Response:
    """Leads to a comment where it stands today."""
    article, comment = _shown(number)
    return see_other(_place(article.path, comment, article.comment_count))


@blueprint.get("/comments/<int:number>/report")
def report_form(number: int) -> Response:
    """Shows the form by which a reader reports a comment."""
    return chrome.page("comments/report.html", comment=_shown(number)[1], form=ReportForm(formdata=None), thanks=False)


@blueprint.post("/comments/<int:number>/report")
@limiter.limit("10/minute")
def report(number: int) -> Response:
    """Takes a reader's report."""
    (_, comment), form = _shown(number), ReportForm()
    if not form.validate():
        return chrome.page("comments/report.html", status=422, comment=comment, form=form, thanks=False)
    actions.report(comment, form.reason.data or "", networks.current() or "this machine")
    return chrome.page("comments/report.html", comment=comment, form=form, thanks=True)


@blueprint.get("/receipts/<token>")
def receipt(token: str) -> Response:
    """Shows a writer their own comment: where it stands, and what can be done with it."""
    return _receipt(token, _own(token))


@blueprint.post("/receipts/<token>/edit")
@limiter.limit(LIMIT)
def edit(token: str) -> Response:
    """Takes other words from a comment's writer, past the same guard as the first ones."""
    comment, form = _own(token), EditForm()
    if not receipts.may_edit(comment):
        return _receipt(token, comment, 409, form=form, late=True)
    if not form.validate():
        return _receipt(token, comment, 422, form=form)
    said = words.Words(comment.name, comment.title, comment.place, comment.email, form.body.data or "", "")
    post, known = queries.known(queries.ON_NUMBER, {"id": comment.post_id}, words.mark(said.body)) or abort(404)
    findings = guard.judge(Submission(post, said, comment.account_id is not None, known, UNHURRIED))
    asked = next((finding for finding in findings if finding.ruling == Ruling.ASK), None)
    if asked and not journey.answered(form):
        return _receipt(token, comment, 422, form=form, asked=asked)
    if not actions.edit(comment, said.body, journey.reasons(form, findings)):
        return _receipt(token, _own(token), 409, form=form, late=True)
    return see_other(f"/receipts/{token}?done=edit")


@blueprint.post("/receipts/<token>/erase")
@limiter.limit(LIMIT)
def erase(token: str) -> Response:
    """Erases a comment at its writer's wish, at any time."""
    comment = _own(token)
    place = blogs.article_by_id(comment.post_id)
    actions.erase(comment)
    return chrome.page("comments/erased.html", place=place)


@blueprint.post("/receipts/<token>/answers")
@limiter.limit("30/minute")
def answers(token: str) -> Response:
    """Notes that a writer wants the answers by mail, or all of the thread; to be confirmed, unless it is a member's."""
    comment, form = _own(token), UpdatesForm()
    if not form.validate():
        return _receipt(token, comment, 422, updates=form)
    answered = None if form.about.data == "thread" else queries.root_of(comment).id
    email = form.email.data or ""
    own = current_user.is_authenticated and same(current_user.email) == same(email)
    subscriptions.ask(email, None, comment.post_id, answered, form.chosen, own)
    return see_other(f"/receipts/{token}?done={'heard' if own else 'answers'}")


def _shown(number: int) -> tuple[ArticleRow, Comment]:
    """Returns a comment that readers can see, with its post: both are published, the post not withdrawn since."""
    comment = queries.published_anywhere(number) or abort(404)
    article = blogs.article_by_id(comment.post_id) or abort(404)
    return (article, comment) if not article.withdrawn else abort(410)


def _own(token: str) -> Comment:
    """Returns the comment a receipt opens; a page that says what to do for any other token."""
    number = receipts.read(token)
    comment = queries.any_state(number) if number is not None else None
    stranger = comment and comment.account_id and comment.account_id != getattr(current_user, "id", None)
    if comment is None or stranger or not comment.body or receipts.is_old(comment):
        abort(chrome.page("comments/no_receipt.html", status=404))
    return comment


def _receipt(
    token: str,
    comment: Comment,
    status: int = 200,
    form: EditForm | None = None,
    asked: Finding | None = None,
    updates: UpdatesForm | None = None,
    late: bool = False,
) -> Response:
    form = EditForm(formdata=None, data={"body": comment.body}) if form is None else form
    answer = chrome.page(
        "comments/receipt.html",
        status=status,
        token=token,
        comment=comment,
        place=blogs.article_by_id(comment.post_id),
        form=form,
        asked=asked,
        marked=articles.spans(form.body.data or "", asked.finds) if asked else (),
        may_edit=receipts.may_edit(comment) or late,
        late=late,
        updates=updates,
        cadences=CADENCES,
        done=request.args.get("done", ""),
    )
    answer.headers["Cache-Control"] = "private, no-store"  # no cache between keeps what only its writer may read
    return answer


def _leave(way: Select[Any], **place: object) -> Response:
    """A repeat is answered first, before anything is judged: same comment, same address."""
    form = CommentForm(formdata=request.form)  # Flask-WTF would look for files too
    challenge, mark = challenges.read(form.challenge.data), words.mark(form.body.data or "")
    key = challenge.nonce if challenge else None
    post, known = queries.known(way, place, mark, key, networks.current()) or abort(404)
    if challenge is not None and challenge.post_id != post.id:
        challenge = None
    if challenge is not None and known.earlier and (earlier := queries.any_state(known.earlier)):
        outcomes.note(outcomes.REPEATED)
        return _taken(post, earlier)
    if not policy.may_leave(post):
        outcomes.note(outcomes.CLOSED)
        return _refused(post, form)
    member: Account | None = current_user._get_current_object() if current_user.is_authenticated else None
    step = _judge(post, form, challenge, known, member)
    if step.challenge is None:
        # The same form may have been stored by a request beside this one, after the first look and before the code's.
        if challenge is not None and (earlier := queries.by_submission_key(challenge.nonce)):
            outcomes.note(outcomes.REPEATED)
            return _taken(post, earlier)
        return _again(post, form, step)
    return _past_the_guard(post, form, step, step.challenge, known, member)


def _judge(post: Head, form: CommentForm, challenge: Challenge | None, known: Known, member: Account | None) -> Step:
    if member:
        return journey.of_member(post.id, member, form, challenge, token_is_good())
    if "refresh" in request.form:
        return journey.another_code(post.id)
    return journey.of_guest(post.id, form, challenge, known)


def _past_the_guard(
    post: Head, form: CommentForm, step: Step, challenge: Challenge, known: Known, member: Account | None
) -> Response:
    """Publishes what no rule minds, holds what one does, and asks the writer about a patient before either."""
    said = words.Words(**{name: form[name].data or "" for name in words.FIELDS})
    if member:
        said = words.signed(said, member)
    trap = form.website.data or ""
    submission = Submission(post, said, bool(member), known, challenge.seconds, trap, step.without_code)
    findings = guard.judge(submission)
    asked = next((finding for finding in findings if finding.ruling == Ruling.ASK), None)
    if asked and not journey.answered(form):
        if not journey.keep(step, challenge):
            return _used(post, form)
        return _again(post, form, step, asked)
    reasons, account_id = journey.reasons(form, findings), member.id if member else None
    taken = actions.submit(post.id, said, challenge, step.parent, account_id, known.network, reasons)
    if taken is None:
        return _used(post, form)
    outcomes.taken(taken[0].state)
    return _taken(post, *taken)


def _used(post: Head, form: CommentForm) -> Response:
    form.code.errors = [journey.USED]
    return _again(post, form, Step(code=challenges.issue(post.id)))


def _again(post: Head, form: CommentForm, step: Step, asked: Finding | None = None) -> Response:
    """Answers with the form and every word in it; 422 unless only a new code was asked for."""
    outcomes.again(form, step, "refresh" in request.form, asked is not None)
    form.code.data = ""
    form.challenge.data = step.code.token if step.code else ""
    status = 200 if "refresh" in request.form else 422
    if htmx.wanted():
        context = articles.form_context(post, form, step.code, step.problems, asked)
        return make_response(render_template("comments/_form.html", **context), status)
    article = blogs.article_by_id(post.id) or abort(404)
    return articles.page(article, form, status, code=step.code, problems=step.problems, asked=asked)


def _taken(post: Head, comment: Shown, count: int | None = None) -> Response:
    """Answers with the new comment and the post's count, or with where it waits; both with its receipt."""
    receipt = receipts.issue(comment.id)
    if comment.state != State.PUBLISHED:
        if not htmx.wanted():
            return see_other(f"/receipts/{receipt}")
        return _fragment("comments/_form.html", post, receipt=receipt, held=True)
    count = heads.comment_count(post.id) if count is None else count
    if htmx.wanted():
        row = comment_row(comment, post.author_id, getattr(current_user, "id", None) if comment.account_id else None)
        more = {"comment": row, "parent_id": comment.parent_id, "count": count}
        return _fragment("comments/_posted.html", post, receipt=receipt, **more)
    answer = see_other(_place(post.path, comment, count))
    # Shown by the page it leads to, and then forgotten: an address would stay in the history of a shared workstation.
    answer.set_cookie("receipt", receipt, RECEIPT_SECONDS, path=post.path, httponly=True, samesite="Lax")
    return answer


def _fragment(template: str, post: Head, **more: Any) -> Response:
    return make_response(render_template(template, **articles.form_anew(post), **more))


def _place(path: str, comment: Shown, count: int) -> str:
    after = queries.page_of(comment, count)
    return f"{path}{f'?after={after}' if after else ''}#comment-{comment.id}"


def _refused(post: Head, form: CommentForm) -> Response:
    """Answers a comment on a closed or withdrawn post: the words are shown, to be taken elsewhere."""
    kept = form.body.data or ""
    if htmx.wanted():
        return make_response(render_template("comments/_closed.html", kept=kept, withdrawn=post.withdrawn), 422)
    article = blogs.article_by_id(post.id) or abort(404)
    return chrome.page("comments/closed.html", status=410 if article.withdrawn else 403, post=article, kept=kept)
