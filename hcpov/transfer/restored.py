"""What a restored backup brought back, erased again. Nothing here commits.

A restored database counts on from an older number, so that a number which was erased may be given to somebody else.
Only what was there before its tombstone is erased.
"""

from collections.abc import Iterator

from sqlalchemy import delete, select, update

from hcpov import clock
from hcpov.auth import tombstones
from hcpov.auth.models import Account, Tombstone
from hcpov.auth.tombstones import ACCOUNT, ANONYMOUS, COMMENT, LEFT, MESSAGE, REMOVED, SUBSCRIPTION, TEXT, Buried
from hcpov.blog import history
from hcpov.comments import erasing
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.mail.models import Message
from hcpov.transfer import departure
from hcpov.transfer.departure import Gone
from hcpov.updates import actions as updates
from hcpov.updates.models import Subscription

AT_ONCE = 500

Table = type[Account] | type[Comment] | type[Subscription] | type[Message]


def erase(named: list[Buried]) -> Gone:
    """Erases what these tombstones name, and makes them the table; returns what there was to erase."""
    db.session.execute(delete(Tombstone))
    tombstones.put(named)
    gone = Gone()
    for buried in named:
        if buried.kind == ACCOUNT and list(_there([buried], Account)) and (account := departure.hold(buried.number)):
            gone.add(departure.erase_account(account, buried.how))
    for how in (REMOVED, ANONYMOUS):
        of_this = [each for each in named if each.kind == COMMENT and each.how == how]
        for numbers in _there(of_this, Comment):
            theirs = Comment.id.in_(numbers) & erasing.still_there(how)
            removed, kept = erasing.erase_all(theirs, how, gettext(erasing.FORMER_READER))
            gone.add(Gone(comments=removed, kept=kept))
    gone.subscriptions += _delete([each for each in named if each.kind == SUBSCRIPTION], Subscription)
    gone.messages += _delete([each for each in named if each.kind == MESSAGE], Message)
    gone.texts += [each.number for each in named if each.kind == TEXT and history.take_back(each.number, each.at)]
    gone.left += _leave([each for each in named if each.kind == LEFT])
    gone.bury()
    return gone


def _delete(buried: list[Buried], table: type[Subscription] | type[Message]) -> list[int]:
    gone: list[int] = []
    for numbers in _there(buried, table):
        db.session.execute(delete(table).where(table.id.in_(numbers)).execution_options(synchronize_session=False))
        gone += numbers
    return gone


def _leave(buried: list[Buried]) -> list[int]:
    """Leaves again what was left, and takes back what waits to be sent for it."""
    gone: list[int] = []
    for numbers in _there(buried, Subscription):
        here = (Subscription.id.in_(numbers), Subscription.left_at.is_(None))
        left = (
            update(Subscription).where(*here).values(left_at=clock.now()).returning(Subscription.id, Subscription.email)
        )
        for number, email in db.session.execute(left.execution_options(synchronize_session=False)).all():
            updates.take_back(email, number)
            gone.append(number)
    return gone


def _there(buried: list[Buried], table: Table) -> Iterator[list[int]]:
    """Yields the numbers of rows that were there when their tombstones were made, some at a time."""
    for start in range(0, len(buried), AT_ONCE):
        at = {each.number: each.at for each in buried[start : start + AT_ONCE]}
        rows = db.session.execute(select(table.id, table.created_at).where(table.id.in_(at))).all()
        if numbers := [number for number, made in rows if made <= at[number]]:
            yield numbers
