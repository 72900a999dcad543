"""Who may do what at the desk."""

from dataclasses import dataclass

from hcpov.auth.models import AUTHOR


@dataclass(frozen=True)
class Keeper:
    """A member as the desk sees them: moderators and admins work `everywhere`, editors on their `own` blogs."""

    account_id: int
    everywhere: bool
    admin: bool
    own: frozenset[int]

    @property
    def blogs(self) -> frozenset[int] | None:
        """The numbers of the blogs to look at; None for all."""
        return None if self.everywhere else self.own


def may_enter(keeper: Keeper) -> bool:
    """Moderators, admins and the editors of any blog have a place at the desk."""
    return keeper.everywhere or bool(keeper.own)


def may_settle(keeper: Keeper, blog_id: int) -> bool:
    """Moderators settle everywhere, editors on their own blogs; the same for a blog's rules."""
    return keeper.everywhere or blog_id in keeper.own


def may_keep_words(keeper: Keeper) -> bool:
    """The words hold comments on the whole site, so they are the moderators'."""
    return keeper.everywhere


def may_decide_badges(keeper: Keeper) -> bool:
    """A badge is shown on the whole site, so moderators decide, and nobody on their own."""
    return keeper.everywhere


def may_undo(keeper: Keeper, blog_id: int, decided_by: int | None) -> bool:
    """Who decided may undo it as long as the blog is theirs; an admin may undo anything."""
    return keeper.admin or (decided_by == keeper.account_id and may_settle(keeper, blog_id))


def may_see_members(keeper: Keeper) -> bool:
    """Admins give every role; a blog's editors say who writes on it."""
    return keeper.admin or bool(keeper.own)


def may_give(keeper: Keeper, role: str, blog_id: int | None) -> bool:
    """Admins give and take every role, a blog's editors only that of an author on it."""
    return keeper.admin or (role == AUTHOR and blog_id in keeper.own)


def may_switch(keeper: Keeper, account_id: int) -> bool:
    """Admins switch accounts off and on, but not the one they are signed in with."""
    return keeper.admin and account_id != keeper.account_id
