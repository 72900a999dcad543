"""What an editor's form does: saves, and moves the post on. Refusals come back as words beside the fields."""

from dataclasses import dataclass, field

from hcpov import clock, config, languages
from hcpov.blog import actions, texts
from hcpov.blog.actions import AddressTaken
from hcpov.blog.models import UNPUBLISHED, Kind, Post, State
from hcpov.blog.readiness import lacks
from hcpov.desk.posts import queries
from hcpov.desk.posts.forms import PostForm, WordForm, problem_with_time
from hcpov.desk.posts.seats import Seat
from hcpov.languages import gettext, lazy
from hcpov.text import local_times
from hcpov.text.slugs import slug_for

NOBODY = lazy("This account is neither an author nor an editor of this blog.")
NO_TIME = lazy("It is scheduled: choose a time, or take it back to draft first.")
MOVED = lazy("Somebody moved this post on while you had it open. Your words are saved; look at where it stands now.")
PUBLIC = {"schedule", "publish"}


@dataclass
class Outcome:
    """What became of a form: nothing wrong, words beside fields, a clash with another's saving, or too late."""

    wrong: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    clash: bool = False
    late: bool = False
    saved: bool = False

    @property
    def good(self) -> bool:
        """Says whether everything that was asked for was done."""
        return self.saved and not (self.wrong or self.problem)


def take(seat: Seat, post: Post, form: PostForm, typed: dict[str, str], step: str) -> Outcome:
    """Saves what was typed and takes the step. What lacks something is saved all the same, unless it is scheduled."""
    saved, scheduled = texts.fields_of(post), post.state == State.SCHEDULED
    wrong = _wrong(post, form, typed, saved, step)
    asked = step in PUBLIC or (scheduled and step == "save")
    missing = lacking(post, typed) if asked and "at" not in wrong else {}
    if wrong or (scheduled and missing):
        return Outcome(wrong | missing)
    if not actions.save(post, typed, form.version, seat.account_id, form.tabs):
        late = post.state not in UNPUBLISHED
        return Outcome(late=late, clash=not late)
    if missing:
        return Outcome(missing, saved=True)
    if step == "save":
        return Outcome(saved=True)
    return _move(seat, post, step)


def lacking(post: Post, typed: dict[str, str]) -> dict[str, str]:
    """Returns what keeps a post from being public, by field. At most two queries."""
    author = int(typed["author"]) if typed["author"] else None
    editors = {number for number, _, edits in queries.writers(post.blog_id, author) if edits}
    found = lacks(typed, bool(typed["byline_name"]) or author not in editors)
    if post.kind == Kind.PAGE:
        found.pop("disclosure", None)
    if taken := address_problem(post, typed):
        found["slug"] = taken
    return found


def address_problem(post: Post, typed: dict[str, str]) -> str:
    """Returns why a post cannot have the address it would have; empty when it can. One query."""
    slug = slug_for(typed["slug"] or typed["title"], "")
    day = typed["at"] or local_times.typed(clock.now(), config.current().zone)
    year, month = int(day[:4]), int(day[5:7])
    if not slug or not queries.is_taken(post, slug, year, month):
        return ""
    where = (
        gettext("another page")
        if post.kind == Kind.PAGE
        else gettext("another post of %(month)s", month=languages.month_name(year, month))
    )
    return gettext("“%(slug)s” is the address of %(where)s. Choose another.", slug=slug, where=where)


def _wrong(post: Post, form: PostForm, typed: dict[str, str], saved: dict[str, str], step: str) -> dict[str, str]:
    """Returns what cannot be saved, by field."""
    form.validate()
    wrong = {name: str(words[0]) for name, words in form.errors.items() if name and words}
    scheduled = post.state == State.SCHEDULED
    if time := problem_with_time(typed["at"], saved["at"], step == "schedule"):
        wrong["at"] = time
    elif scheduled and step == "save" and not typed["at"]:
        wrong["at"] = NO_TIME
    if typed["author"] != saved["author"] and typed["author"]:
        known = {str(number) for number, _, _ in queries.writers(post.blog_id, post.author_id)}
        if typed["author"] not in known:
            wrong["author"] = NOBODY
    if step == "return" and not (word := WordForm()).validate():
        wrong["word"] = str(word.word.errors[0])
    if post.kind == Kind.PAGE and (taken := address_problem(post, typed)):
        wrong["slug"] = taken  # a page's address is its own from the first
    return wrong


def _move(seat: Seat, post: Post, step: str) -> Outcome:
    if step == "publish":
        try:
            done = actions.publish_now(post, seat.account_id)
        except AddressTaken:
            return Outcome({"slug": address_problem(post, texts.fields_of(post))}, saved=True)
    else:
        word = (WordForm().word.data or "") if step == "return" else ""
        state = {"review": State.REVIEW, "schedule": State.SCHEDULED, "return": State.DRAFT}[step]
        done = actions.set_state(post, state, seat.account_id, word)
    return Outcome(saved=True) if done else Outcome(saved=True, problem=MOVED)
