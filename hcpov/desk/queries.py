"""Reads for the members' pages: who is here, and with which roles. Each says how many queries it makes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import selectinload

from hcpov.auth import roles
from hcpov.auth.models import ADMIN, AUTHOR, EDITOR, MODERATOR, Account, account_role
from hcpov.blog.models import Blog, BlogRole
from hcpov.desk import policy
from hcpov.desk.policy import Keeper
from hcpov.extensions import db
from hcpov.languages import gettext

PAGE = 30


@dataclass(frozen=True)
class RoleRow:
    """A role that somebody has, or could be given. `value` names it in a form: `admin`, or `author:3` for blog 3."""

    role: str
    blog_id: int | None
    words: str
    mine_to_give: bool

    @property
    def value(self) -> str:
        """Returns what the form sends."""
        return self.role if self.blog_id is None else f"{self.role}:{self.blog_id}"


@dataclass(frozen=True)
class MemberRow:
    """A member as the desk shows them. `email` is empty for who may not see it; `state` is empty when all is well."""

    id: int
    name: str
    title: str
    place: str
    email: str
    state: str
    joined: datetime
    second_factor: bool
    roles: tuple[RoleRow, ...]


@dataclass(frozen=True)
class Members:
    """One page of members. `older` leads to the next page, None when there is none."""

    rows: list[MemberRow]
    older: int | None


def members(keeper: Keeper, wanted: str = "", staff: bool = False, before: int | None = None) -> Members:
    """Returns a page of members, the newest first: those whose name, or address for an admin, has `wanted` in it.

    Editors see only who can sign in. Three queries, four when somebody on the page has a role on a blog.
    """
    found = _visible(keeper)
    if wanted:
        found = found.where(_has(keeper, wanted))
    if staff:
        on_site = exists().where(account_role.c.account_id == Account.id)
        found = found.where(on_site | exists().where(BlogRole.account_id == Account.id))
    if before is not None:
        found = found.where(Account.id < before)
    accounts = list(db.session.scalars(found.order_by(Account.id.desc()).limit(PAGE + 1)))
    names = _blog_names(accounts[:PAGE])
    rows = [_row(keeper, account, names) for account in accounts[:PAGE]]
    return Members(rows, rows[-1].id if len(accounts) > PAGE else None)


def member(keeper: Keeper, number: int) -> Account | None:
    """Returns a member's account with roles and passkeys; None when there is none for this keeper. Four queries."""
    return db.session.scalar(_visible(keeper).options(selectinload(Account.webauthn)).where(Account.id == number))


def shown(keeper: Keeper, account: Account) -> MemberRow:
    """Returns a member ready to show. One query when there are roles on blogs."""
    return _row(keeper, account, _blog_names([account]), True)


def givable(keeper: Keeper, row: MemberRow) -> list[RoleRow]:
    """Returns the roles that this keeper could give to a member who does not have them. One query."""
    has = {each.value for each in row.roles}
    edits = {each.blog_id for each in row.roles if each.role == EDITOR}
    blogs = select(Blog.id, Blog.name).order_by(Blog.position, Blog.id)
    all_of_them = [_role(keeper, name, None, "") for name in (MODERATOR, ADMIN)]
    for number, name in db.session.execute(blogs):
        all_of_them += [_role(keeper, role, number, name) for role in (AUTHOR, EDITOR) if number not in edits]
    return [each for each in all_of_them if each.mine_to_give and each.value not in has]


def blog(number: int) -> Blog | None:
    """Returns a blog by its number. One query."""
    return db.session.get(Blog, number)


def _visible(keeper: Keeper) -> Select[Account]:
    found = select(Account).options(selectinload(Account.roles), selectinload(Account.blog_roles))
    return found if keeper.admin else found.where(Account.active, Account.confirmed_at.is_not(None))


def _has(keeper: Keeper, wanted: str) -> Any:
    """SQLite knows small letters of ASCII only, so other letters are also looked for as they were typed."""
    names = [Account.name, Account.email] if keeper.admin else [Account.name]
    exact = [column.contains(wanted, autoescape=True) for column in names]
    return or_(*exact, *(func.lower(column).contains(wanted.lower(), autoescape=True) for column in names))


def _blog_names(accounts: Iterable[Account]) -> dict[int, str]:
    numbers = {each.blog_id for account in accounts for each in account.blog_roles}
    if not numbers:
        return {}
    found = db.session.execute(select(Blog.id, Blog.name).where(Blog.id.in_(numbers)))
    return {row.id: row.name for row in found}


def _row(keeper: Keeper, account: Account, names: dict[int, str], whole: bool = False) -> MemberRow:
    on_site = [_role(keeper, role.name, None, "") for role in sorted(account.roles, key=lambda role: role.name)]
    on_blogs = [_role(keeper, each.role, each.blog_id, names[each.blog_id]) for each in account.blog_roles]
    return MemberRow(
        id=account.id,
        name=account.name,
        title=account.title,
        place=account.place,
        email=account.email if keeper.admin else "",
        state=_state(account),
        joined=account.created_at,
        second_factor=whole and keeper.admin and account.has_second_factor,
        roles=(*on_site, *sorted(on_blogs, key=lambda each: each.words)),
    )


def _role(keeper: Keeper, role: str, blog_id: int | None, blog_name: str) -> RoleRow:
    words = roles.in_words(role, blog_name)
    return RoleRow(role, blog_id, words[:1].upper() + words[1:], policy.may_give(keeper, role, blog_id))


def _state(account: Account) -> str:
    if not account.active:
        return gettext("switched off")
    return "" if account.confirmed_at else gettext("address not confirmed")
