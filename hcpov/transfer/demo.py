"""The demo: four blogs of original writing, read from TOML files and turned into rows."""

import secrets
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_security import hash_password
from sqlalchemy import select

from hcpov import clock
from hcpov.auth.models import ADMIN, Account, Role
from hcpov.auth.queries import free_handle
from hcpov.blog.actions import new_blog, publish
from hcpov.blog.history import record
from hcpov.blog.models import Blog, BlogRole, Post
from hcpov.blog.writing import tag_named, write_about, write_body
from hcpov.comments.arrivals import count_in
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.text import markdown

ADMIN_EMAIL = "admin@example.org"


@dataclass(frozen=True)
class Written:
    """What the demo wrote, and the one showing of the administrator's password."""

    blogs: int
    posts: int
    comments: int
    admin_email: str
    admin_password: str


def add_people(folder: Path) -> dict[str, Account]:
    """Adds the demo's members; they have no password until they ask for one. Does not commit."""
    people = {}
    for each in _read(folder / "people.toml")["person"]:
        key = each.pop("key")
        people[key] = Account(
            **each,
            handle=free_handle(each["name"]),
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=clock.now(),
        )
        db.session.add(people[key])
    return people


def add_admin() -> str:
    """Adds the administrator and returns the password. Does not commit."""
    password = secrets.token_urlsafe(12)
    role = db.session.scalar(select(Role).where(Role.name == ADMIN)) or Role(name=ADMIN)
    db.session.add(
        Account(
            email=ADMIN_EMAIL,
            password=hash_password(password),
            fs_uniquifier=secrets.token_hex(32),
            confirmed_at=clock.now(),
            handle=free_handle("Site administrator"),
            name="Site administrator",
            title="Administrator",
            roles=[role],
        )
    )
    return password


def add_blogs(folder: Path, people: dict[str, Account]) -> dict[str, Blog]:
    """Adds the demo's blogs with their editors. Does not commit."""
    blogs = {}
    for position, each in enumerate(_read(folder / "blogs.toml")["blog"]):
        blog = new_blog(each["slug"], each["name"], each["tagline"], position=position)
        write_about(blog, each["about"])
        db.session.flush()
        for key in each["editors"]:
            db.session.add(BlogRole(account_id=people[key].id, blog_id=blog.id, role="editor"))
        blogs[blog.slug] = blog
    return blogs


def add_post(path: Path, people: dict[str, Account], blogs: dict[str, Blog]) -> int:
    """Adds one post with its tags and comments; returns the number of comments. Does not commit."""
    data = _read(path)
    byline = data.get("byline", {})
    post = Post(
        blog=blogs[data["blog"]],
        slug=data["slug"],
        title=data["title"],
        summary=data["summary"],
        editors_note=data["editors_note"],
        disclosure=data["disclosure"],
        author=people[data["author"]],
        comments_open=data["comments_open"],
        **{f"byline_{key}": value for key, value in byline.items()},
    )
    write_body(post, data["body"].strip())
    publish(post, data["published"])
    post.updated_at = data["published"]
    db.session.add(post)
    post.tags = [tag_named(name, db.session()) for name in data["tags"]]
    db.session.flush()
    record(post, post.author_id)
    post.announce, post.announced_at = False, post.published_at
    _add_comments(post, data.get("comment", []), people)
    return len(data.get("comment", []))


def _add_comments(post: Post, said: list[dict[str, Any]], people: dict[str, Account]) -> None:
    assert post.published_at is not None
    written: list[Comment] = []
    for each in said:
        account = people.get(each.get("person", ""))
        at = post.published_at + timedelta(minutes=each["minutes"])
        body = each["body"].strip()
        comment = Comment(
            post_id=post.id,
            parent_id=written[each["reply_to"]].id if "reply_to" in each else None,
            account_id=account.id if account else None,
            name=account.name if account else each["name"],
            title=account.title if account else each["title"],
            place=account.place if account else each["place"],
            body=body,
            html=markdown.render_comment(body),
            disclosure=each.get("disclosure", ""),
            created_at=at,
            published_at=at,
            announced_at=at,
        )
        db.session.add(comment)
        db.session.flush()
        count_in(post.id, at)
        written.append(comment)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
