"""What the desk answers about posts: whole pages, or the fragments of them that a script asked for."""

import secrets
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from hcpov import clock, config
from hcpov.blog import texts
from hcpov.blog.models import Draft, Post, State
from hcpov.blog.rows import post_path
from hcpov.comments import queue
from hcpov.desk import answers, policy
from hcpov.desk.posts import merges, previews, queries, steps
from hcpov.desk.posts.forms import ANNOUNCE, PostForm
from hcpov.desk.posts.seats import Seat
from hcpov.languages import gettext, lazy
from hcpov.text import tongues
from hcpov.text.excerpts import reading_minutes
from hcpov.text.local_times import clock_time
from hcpov.web import chrome, htmx

STATES = {
    State.DRAFT: lazy("Draft"),
    State.REVIEW: lazy("In review"),
    State.SCHEDULED: lazy("Scheduled"),
    State.PUBLISHED: lazy("Published"),
    State.WITHDRAWN: lazy("Withdrawn"),
}


def page(template: str, seat: Seat, status: int = 200, **context: Any) -> Response:
    """Renders a page of the desk. For editors one query more than any page: how many comments wait."""
    waits = queue.count(seat.keeper.blogs) if policy.may_enter(seat.keeper) else 0
    return chrome.page(template, status, keeper=seat.keeper, waits=waits, seat=seat, states=STATES, **context)


def editor(
    seat: Seat,
    post: Post,
    typed: dict[str, str] | None = None,
    status: int = 200,
    outcome: steps.Outcome | None = None,
    problem: str = "",
    merge: merges.Merge | None = None,
    version: int = 0,
) -> Response:
    """Renders the editor: with what was typed, else with what was typed and not saved, else as it is saved.

    Five queries: its tags, drafts of one's own, who else has it open, who it can be by, whether its address is taken;
    and of a draft what an editor said of it.
    """
    saved, mine = texts.fields_of(post), _unsaved(seat, post)
    if typed is not None:  # what this tab holds stands in the form
        mine = [draft for draft in mine if draft.tab != request.form.get("tab")]
    shown = mine[0] if typed is None and mine and _wants(mine[0], post) else None
    if typed is None and (asked := request.args.get("draft")):
        shown = next((draft for draft in mine if str(draft.id) == asked), None)
    fields = typed if typed is not None else saved | shown.fields if shown else saved
    form = _form(fields, version or (shown.base if shown else post.version), shown.tab if shown else "")
    outcome = outcome or steps.Outcome()
    wrong = dict(outcome.wrong)
    if "slug" not in wrong and (taken := steps.address_problem(post, saved)):
        wrong["slug"] = taken
    for name, words in wrong.items():
        if name in form:
            form[name].errors = [words]
    return page(
        "desk/posts/editor.html",
        seat,
        status,
        post=post,
        form=form,
        steps=seat.steps(post),
        publishes=seat.publishes(post),
        shown=shown,
        people=[("", gettext("No account: the guest's name alone")), *_people(post)],
        announce=ANNOUNCE,
        tongues=tongues.choices(),
        kept=[draft for draft in mine if draft is not shown],
        others=queries.open_elsewhere(post.id, seat.account_id),
        at=_clock,
        wrong=wrong,
        problem=problem or outcome.problem,
        outcome=outcome,
        merge=merge,
        said=queries.said_on_return(post.id) if post.state == State.DRAFT else "",
        link=previews.link(post),
        days=previews.DAYS,
        zone=config.current().zone.key.replace("_", " "),
        **preview_context(post, fields),
    )


def clash(seat: Seat, post: Post, typed: dict[str, str], form: PostForm) -> Response:
    """Renders what two people made of one text, put together, when one saved while the other wrote."""
    began = queries.earlier(post.id, form.version)
    merge = merges.merged(began, typed, texts.fields_of(post))
    name = queries.saved_last_by(post.id, seat.account_id)
    problem = gettext("%(name)s saved this post while you wrote.", name=name or gettext("Somebody"))
    return editor(seat, post, merge.fields, 409, problem=problem, merge=merge, version=post.version)


def closed(seat: Seat, post: Post, status: int = 200, typed: dict[str, str] | None = None, **context: Any) -> Response:
    """Renders a post that this seat cannot change as it stands, with the words that were typed meanwhile."""
    drafts = queries.drafts_of(post.id, seat.account_id)
    return page(
        "desk/posts/closed.html",
        seat,
        status,
        row=post,
        path=post_path(post) if post.state in {State.PUBLISHED, State.WITHDRAWN} else "",
        publishes=seat.publishes(post),
        typed=typed or (drafts[0].fields if drafts else None),
        at=_clock,
        **({"late": False} | context | preview_context(post, texts.fields_of(post))),
    )


def preview(seat: Seat, post: Post, typed: dict[str, str]) -> Response:
    """Answers with the text as it will look: a part of the editor for scripts, else the editor with it."""
    if htmx.wanted():
        return answers.fragment("desk/posts/_preview.html", fresh=True, **preview_context(post, typed))
    return editor(seat, post, typed)


def preview_context(post: Post, fields: dict[str, str]) -> dict[str, Any]:
    """Returns what `desk/posts/_preview.html` needs."""
    row = previews.as_it_will_look(post, fields)
    words = len(fields["body"].split())
    return {"article": row, "words": words, "minutes": reading_minutes(words), "unplanned": not fields["at"]}


def kept(seat: Seat, post: Post, version: int) -> Response:
    """Answers a tab whose words were just kept: who else is here, and what happened to the post. Two queries."""
    saver = queries.saved_last_by(post.id, seat.account_id) if post.version > version else ""
    return answers.fragment(
        "desk/posts/_others.html",
        others=queries.open_elsewhere(post.id, seat.account_id),
        saver=saver or (gettext("Somebody") if post.version > version else ""),
        at=_clock,
    )


def _form(fields: dict[str, str], version: int, restored: str) -> PostForm:
    form = PostForm(formdata=MultiDict(fields))
    form.base.data, form.restored.data = str(version), restored
    form.tab.data = request.form.get("tab", "")[:32] or secrets.token_hex(8)
    if request.form.get("restored"):
        form.restored.data = request.form["restored"][:32]
    return form


def _people(post: Post) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name, _ in queries.writers(post.blog_id, post.author_id)]


def _unsaved(seat: Seat, post: Post) -> list[Draft]:
    """Returns one's own drafts that say something else than the saved text, newest first."""
    saved = texts.fields_of(post)
    return [draft for draft in queries.drafts_of(post.id, seat.account_id) if texts.differing(draft.fields, saved)]


def _wants(draft: Draft, post: Post) -> bool:
    """Says whether a draft stands in the form by itself: it is newer than the saved text, and nobody asked for that."""
    return draft.saved_at > post.updated_at and "draft" not in request.args


def _clock(moment: datetime) -> str:
    """Returns a time of day in the site's zone."""
    return clock_time(moment, config.current().zone, clock.now())
