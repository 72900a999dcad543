"""Rows for tests, written through the real actions. Each call commits and returns plain values."""

import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask
from flask_security import hash_password

from hcpov.auth.models import Account, Credential, CredentialState, Role
from hcpov.blog.actions import new_blog, new_post, publish, save
from hcpov.blog.models import Blog, BlogRole, Kind, Post, State
from hcpov.blog.rows import post_path
from hcpov.blog.writing import tag_named, write_body
from hcpov.comments.arrivals import count_in
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.text import markdown

PASSWORD = "seven wards, one kettle"
START = datetime(2013, 1, 28, 16, 13, tzinfo=UTC)


@dataclass(frozen=True)
class MadePost:
    """What a test needs to know of a post."""

    id: int
    path: str
    blog_id: int
    title: str

    @property
    def comments(self) -> str:
        """The address that takes comments."""
        return f"{self.path}comments"


@dataclass(frozen=True)
class MadeAccount:
    """What a test needs to know of an account."""

    id: int
    email: str
    name: str
    password: str = PASSWORD


class Make:
    """Makes rows in the test's database."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.number = 0

    def _context(self) -> AbstractContextManager[Any]:
        self.number += 1
        return self.app.app_context()

    def blog(self, slug: str = "boardroom-buzz", name: str = "Boardroom Buzz", **columns: Any) -> int:
        """Makes a blog, or returns the one that has the slug."""
        with self._context():
            known = db.session.query(Blog).filter_by(slug=slug).first()
            if known:
                return known.id
            blog = new_blog(slug, name, "A tagline.", "What it is **about**.")
            for key, value in columns.items():
                setattr(blog, key, value)
            db.session.commit()
            return blog.id

    def account(self, name: str = "Maeve O'Neil", roles: tuple[str, ...] = (), **columns: Any) -> MadeAccount:
        """Makes a member who can sign in with PASSWORD."""
        with self._context():
            email = columns.pop("email", f"member{self.number}@example.org")
            found = [db.session.query(Role).filter_by(name=role).first() or Role(name=role) for role in roles]
            account = Account(
                email=email,
                name=name,
                title=columns.pop("title", "Midwife"),
                place=columns.pop("place", "Galway"),
                password=_hashed(PASSWORD),
                fs_uniquifier=secrets.token_hex(32),
                confirmed_at=columns.pop("confirmed_at", START),
                handle=columns.pop("handle", f"member-{self.number}"),
                roles=found,
                **columns,
            )
            db.session.add(account)
            db.session.commit()
            return MadeAccount(account.id, email, name)

    def editor(self, account_id: int, blog_id: int, role: str = "editor") -> None:
        """Makes an account an editor of a blog, or its author."""
        with self._context():
            db.session.add(BlogRole(account_id=account_id, blog_id=blog_id, role=role))
            db.session.commit()

    def badge(self, account_id: int, state: str = CredentialState.GRANTED, **columns: Any) -> int:
        """Makes a badge: granted until far ahead, or in another state."""
        given = {"profession": "Registered nurse", "region": "Oklahoma", "body": "Board of Nursing"}
        given |= {"number": "R0012345", "link": "https://nursing.example.org/R0012345"}
        if state == CredentialState.GRANTED:
            columns.setdefault("expires_on", date(2100, 1, 1))
        with self._context():
            badge = Credential(account_id=account_id, state=state, **given | columns)
            db.session.add(badge)
            db.session.commit()
            return badge.id

    def draft(self, blog: str = "boardroom-buzz", author_id: int | None = None, **fields: str) -> int:
        """Makes a post that is not public, with fields as they are typed."""
        blog_id = self.blog(blog, blog.replace("-", " ").title())
        with self._context():
            post = new_post(blog_id, author_id)
            if fields:
                save(post, fields, post.version, author_id)
            return post.id

    def post(
        self,
        title: str = "What a clinic learns",
        blog: str = "boardroom-buzz",
        at: datetime = START,
        body: str = "One paragraph.\n\nAnother one.",
        kind: Kind = Kind.POST,
        state: State = State.PUBLISHED,
        slug: str = "",
        tags: Iterable[str] = (),
        **columns: Any,
    ) -> MadePost:
        """Makes a published post, or one in another state."""
        blog_id = self.blog(blog, blog.replace("-", " ").title())
        with self._context():
            post = Post(blog_id=blog_id, title=title, kind=kind, slug=slug or f"post-{self.number}", **columns)
            post.blog = db.session.get_one(Blog, blog_id)
            write_body(post, body)
            publish(post, at)
            post.state = state
            post.tags = [tag_named(tag, db.session()) for tag in tags]
            db.session.add(post)
            db.session.commit()
            return MadePost(post.id, post_path(post), blog_id, title)

    def comment(self, post: MadePost, body: str = "I agree.", parent: int | None = None, **columns: Any) -> int:
        """Makes a comment by a guest, a minute after the one before it."""
        with self._context():
            at = columns.pop("at", START + timedelta(minutes=self.number))
            comment = Comment(
                post_id=post.id,
                parent_id=parent,
                name=columns.pop("name", "Ada Reader"),
                title=columns.pop("title", "Pharmacist"),
                place=columns.pop("place", "Tulsa OK"),
                body=body,
                html=markdown.render_comment(body),
                created_at=at,
                published_at=at,
                **columns,
            )
            db.session.add(comment)
            db.session.flush()
            if comment.state == CommentState.PUBLISHED:
                count_in(post.id, comment.created_at)
            db.session.commit()
            return comment.id


@cache
def _hashed(password: str) -> str:
    """Hashes once for each process: signing in costs as much as ever, making somebody who can costs nothing."""
    return str(hash_password(password))
