"""Mail to editors and writers: rows in the outbox, written with what causes them. Nothing here commits.

No word of a post is in it, nor its title: mail lies open in many places, and a post may be under embargo.
"""

from flask import render_template
from sqlalchemy import select

from hcpov import clock, config
from hcpov.auth.models import ADMIN, EDITOR, Account, Role
from hcpov.blog.models import BlogRole, Post
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.mail.actions import enqueue


def ask_editors(post: Post, account_id: int) -> None:
    """Asks the editors of a post's blog to look at it; the admins when the blog has none. Nobody asks themselves."""
    for editor in _editors(post.blog_id, account_id) or _admins(account_id):
        _write(post, editor, gettext("A post waits for you on %(name)s", name=post.blog.name), "blog/mail/review.txt")


def send_back(post: Post, word: str) -> None:
    """Tells a post's writer that it came back, with an editor's word."""
    if post.author is not None and post.author.active:
        _write(
            post,
            post.author,
            gettext("Your post on %(name)s came back", name=post.blog.name),
            "blog/mail/returned.txt",
            word=word,
        )


def _write(post: Post, account: Account, subject: str, template: str, **context: str) -> None:
    settings = config.current()
    text = render_template(
        template,
        name=account.name,
        blog=post.blog.name,
        site=settings.site_name,
        address=f"{settings.site_url}/desk/posts/{post.id}",
        **context,
    )
    enqueue(account.email, subject, text, f"{template} {post.id} {account.id} {clock.now().timestamp()}")


def _editors(blog_id: int, but: int) -> list[Account]:
    wanted = select(Account).join(BlogRole, BlogRole.account_id == Account.id)
    wanted = wanted.where(BlogRole.blog_id == blog_id, BlogRole.role == EDITOR, Account.active, Account.id != but)
    return list(db.session.scalars(wanted.order_by(Account.id)))


def _admins(but: int) -> list[Account]:
    wanted = select(Account).where(Account.roles.any(Role.name == ADMIN), Account.active, Account.id != but)
    return list(db.session.scalars(wanted.order_by(Account.id)))
