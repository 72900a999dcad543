"""The members' pages: who is here, with which roles, and how those are given and taken."""

import re
from dataclasses import replace

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hcpov.auth.models import ADMIN, AUTHOR, EDITOR, MODERATOR, Account
from hcpov.auth.roles import Refused
from hcpov.blog.models import Blog
from hcpov.comments import queue
from hcpov.desk import actions, answers, policy, queries
from hcpov.desk.forms import ReasonForm
from hcpov.desk.policy import Keeper
from hcpov.desk.settling import keeper_here
from hcpov.text.plain import one_line
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("members", __name__)

MEMBERS = "/desk/members"
WANTED_LENGTH = 100
ROLE = re.compile(rf"({MODERATOR}|{ADMIN})|({AUTHOR}|{EDITOR}):([0-9]{{1,9}})", re.ASCII)


@blueprint.get(MEMBERS)
def listing() -> Response:
    """Members, the newest first, or those that were looked for."""
    keeper = _keeper()
    wanted = one_line(request.args.get("q", "")[:WANTED_LENGTH])
    staff = request.args.get("with") == "role"
    found = queries.members(keeper, wanted, staff, row_number("before"))
    return answers.page("desk/members.html", keeper, found=found, wanted=wanted, staff=staff)


@blueprint.get("/desk/members/<int(max=999999999):number>")
def member(number: int) -> Response:
    """One member."""
    keeper = _keeper()
    return _page(keeper, _account(keeper, number))


@blueprint.post("/desk/members/<int(max=999999999):number>/roles")
def change_role(number: int) -> Response:
    """Gives or takes a role."""
    keeper = _keeper()
    account = _account(keeper, number)
    role, blog, give = _asked(keeper)
    form = ReasonForm()
    if not form.validate():
        return _page(keeper, account, 422, form)
    reason = form.reason.data or ""
    try:
        if blog is None:
            act = actions.give_site_role if give else actions.take_site_role
            act(keeper, account, role, reason)
        else:
            change = actions.give_blog_role if give else actions.take_blog_role
            change(keeper, account, blog, role, reason)
    except Refused as problem:
        return _page(keeper, _account(keeper, number), 409, problem=str(problem))
    return see_other("/account/" if role == ADMIN and number == keeper.account_id else f"{MEMBERS}/{number}")


@blueprint.post("/desk/members/<int(max=999999999):number>/state")
def switch(number: int) -> Response:
    """Switches an account off or on."""
    keeper = _keeper()
    account = _account(keeper, number)
    if not keeper.admin:
        abort(403)
    state = request.form.get("state")
    if state not in {"on", "off"}:
        abort(400)
    form = ReasonForm()
    if not form.validate():
        return _page(keeper, account, 422, form)
    try:
        actions.switch(keeper, account, state == "on", form.reason.data or "")
    except Refused as problem:
        return _page(keeper, _account(keeper, number), 409, problem=str(problem))
    return see_other(f"{MEMBERS}/{number}")


def _keeper() -> Keeper:
    """Returns who is here, when it is an admin or a blog's editor. Two queries, three for a moderator."""
    keeper = keeper_here()
    if keeper.everywhere and not keeper.admin:  # a moderator may edit blogs as well
        keeper = replace(keeper, own=queue.edited_blogs(keeper.account_id))
    if not policy.may_see_members(keeper):
        abort(403)
    return keeper


def _account(keeper: Keeper, number: int) -> Account:
    return queries.member(keeper, number) or abort(404)


def _asked(keeper: Keeper) -> tuple[str, Blog | None, bool]:
    """Returns which role is asked for, on which blog, and whether it is given. One query for a blog's."""
    found = ROLE.fullmatch(request.form.get("role", ""))
    if found is None or request.form.get("act") not in {"give", "take"}:
        abort(400)
    role, number = (found[1], None) if found[1] else (found[2], int(found[3]))
    if not policy.may_give(keeper, role, number):
        abort(403)
    blog = None if number is None else queries.blog(number) or abort(404)
    return role, blog, request.form["act"] == "give"


def _page(
    keeper: Keeper, account: Account, status: int = 200, form: ReasonForm | None = None, problem: str = ""
) -> Response:
    """Renders a member's page, with what was typed and is wrong, or with why nothing was done."""
    row = queries.shown(keeper, account)
    asked = {name: request.form.get(name, "") for name in ("role", "act", "state")} if form else {}
    return answers.page(
        "desk/member.html",
        keeper,
        status,
        row=row,
        givable=queries.givable(keeper, row),
        may_switch=policy.may_switch(keeper, row.id),
        form=form or ReasonForm(formdata=None),
        asked=asked,
        problem=problem,
    )
