"""The desk's pages: what waits and how it is settled, the words, the blogs' rules, and the public log."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hcpov.blog import actions as blogs
from hcpov.blog.models import CommentRule
from hcpov.comments import actions, decisions, queries, queue
from hcpov.desk import answers, front, policy, settling
from hcpov.desk.answers import HELD
from hcpov.desk.forms import RULES, RuleForm, SettleForm, WordsForm
from hcpov.desk.settling import ACTS, FOR_MANY, keeper_here, moderator_here, theirs, ticked
from hcpov.languages import ngettext
from hcpov.web import chrome, htmx
from hcpov.web.finished import finished
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk/", strict_slashes=False)
def home() -> Response:
    """What waits, and what can be set."""
    keeper = keeper_here()
    return answers.page("desk/home.html", keeper, **front.overview(keeper))


@blueprint.get(HELD)
def held() -> Response:
    """What waits for an editor."""
    return answers.listing(keeper_here())


@blueprint.post(HELD)
def settle_many() -> Response:
    """Settles the ticked comments, all in one way."""
    keeper = keeper_here()
    if request.form.get("action") not in FOR_MANY:
        abort(400)
    act, comments = ACTS[request.form["action"]], ticked(keeper)
    if not comments:
        return answers.listing(keeper, 422, answers.NOTHING_TICKED)
    done = sum(settling.settle(keeper, comment, act) is not None for comment in comments)
    if left := len({int(each) for each in request.form.getlist("ids")}) - done:
        return answers.listing(keeper, 409, f"{_number_settled(done)} {_number_left(left)} {answers.LATE}")
    return answers.listing(keeper) if htmx.wanted() else see_other(HELD)


def _number_settled(done: int) -> str:
    return ngettext("%(num)s settled.", "%(num)s settled.", done)


def _number_left(left: int) -> str:
    return ngettext("%(num)s left as it is.", "%(num)s left as they are.", left)


@blueprint.post("/desk/held/<int(max=999999999):number>")
def settle(number: int) -> Response:
    """Settles one comment."""
    keeper = keeper_here()
    comment = theirs(keeper, [number])[0]
    act = ACTS.get(request.form.get("action", "")) or abort(400)
    form = SettleForm()
    form.writer, name, title = comment.name, comment.name, comment.post.title
    if not form.says_enough(act.what):
        row = queue.waiting_one(number)
        return answers.one(keeper, row, 422, form=form) if row else answers.late(keeper, number)
    body = form.body.data if act.what == "edited" else None
    decision = settling.settle(keeper, comment, act, form.reason_for(act.what), body)
    if decision is None:
        return answers.late(keeper, number)
    if not htmx.wanted():
        return see_other(HELD)
    return answers.settled(keeper, number, act.what, name, title, decisions.way_back(decision))


@blueprint.post("/desk/undo/<int(max=999999999):number>")
def undo(number: int) -> Response:
    """Brings a comment back to what it was before a decision."""
    keeper = keeper_here()
    done = decisions.decision(number) or abort(404)
    comment_id = done.comment_id or 0
    if not policy.may_undo(keeper, done.post.blog_id if done.post else 0, done.account_id):
        abort(403)
    if not decisions.can_be_undone(done) or not actions.undo(done):
        return answers.problem(keeper, comment_id, answers.NO_UNDO)
    if not htmx.wanted():
        return see_other(HELD)
    row = queue.waiting_one(comment_id)
    return answers.one(keeper, row) if row else answers.settled(keeper, comment_id, "undone", "", "", None)


@blueprint.get("/desk/words")
def words() -> Response:
    """The words that hold a comment."""
    keeper = moderator_here()
    form = WordsForm(formdata=None, words="\n".join(queries.held_words()))
    return answers.page("desk/words.html", keeper, form=form, number=len(form.listed()))


@blueprint.post("/desk/words")
def keep_words() -> Response:
    """Keeps the list of words, as a whole."""
    keeper, form = moderator_here(), WordsForm()
    good = form.validate()
    listed = form.listed()
    if good:
        actions.keep_words(listed)
    if htmx.wanted():
        if good:
            form.words.data = "\n".join(listed)
        return answers.fragment("desk/_words.html", 200 if good else 422, form=form, number=len(listed), saved=good)
    return (
        see_other("/desk/words")
        if good
        else answers.page("desk/words.html", keeper, 422, form=form, number=len(listed))
    )


@blueprint.get("/desk/blogs")
def blog_rules() -> Response:
    """The blogs' rules for new comments."""
    keeper = keeper_here()
    return answers.page("desk/blogs.html", keeper, blogs=queue.blogs_at_desk(keeper.blogs), rules=RULES, wrong={})


@blueprint.post("/desk/blogs/<int(max=999999999):number>")
def set_rule(number: int) -> Response:
    """Sets one blog's rule."""
    keeper = keeper_here()
    if not policy.may_settle(keeper, number):
        abort(403)
    known = queue.blogs_at_desk(keeper.blogs)
    if number not in {blog.id for blog in known}:
        abort(404)
    form = RuleForm()
    good = form.validate()
    if good:
        blogs.set_comment_rule(number, CommentRule(form.rule.data or ""), form.days.data)
    if htmx.wanted():
        blog = next(blog for blog in known if blog.id == number)
        wrong = {} if good else {number: form}
        return answers.fragment(
            "desk/_blog.html", 200 if good else 422, blog=blog, rules=RULES, wrong=wrong, saved=good
        )
    if good:
        return see_other(f"/desk/blogs#blog-{number}")
    return answers.page("desk/blogs.html", keeper, 422, blogs=known, rules=RULES, wrong={number: form})


@blueprint.get("/moderation/")
@finished("before")
def log() -> Response:
    """What was decided about comments, for everybody."""
    before = row_number("before")
    rows, older = decisions.log(before)
    return chrome.page("comments/log.html", rows=rows, older=older, before=before)
