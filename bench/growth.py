"""Whether pages cost more on a large site: each public page on one of 200 posts and on one of 100,000.

`.venv/bin/python -m bench.growth [POSTS COMMENTS]` makes both sites (100,000 posts and 1,000,000 comments for the large
one, 200 and 2,000 for the small), then asks both for each page in turn, in this process and past the finished pages:
what is measured is the rendering. Prints medians, their ratio and a JSON line; ends with 1 when a ratio is over 1.2.
"""

import json
import os
import sys
import tempfile
import time
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import func, select

from bench.data import BLOGS, WITHDRAWN, WRITERS, address, fill
from hcpov.app import create_app
from hcpov.blog.models import Post
from hcpov.comments.models import Comment, Decision, State
from hcpov.extensions import db

ALLOWED = 1.2
ROUNDS, WARM = 60, 5
SMALL = (200, 2_000)
ANSWERS = {200, 302, 303, 410}  # a comment's own address leads on, a withdrawn post is gone


def main(posts: int, comments: int) -> int:
    """Measures, prints, and returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        small = _rendering(fill(Path(folder, "small"), *SMALL))
        begun = time.perf_counter()
        large = _rendering(fill(Path(folder, "large"), posts, comments))
        print(f"{posts:,} posts and {comments:,} comments were made in {time.perf_counter() - begun:.0f} s.\n")
        with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):  # a line in the log for each request
            worst = compare(small, large)
    print(json.dumps({"bench": "growth", "posts": posts, "comments": comments, "worst_ratio": round(worst, 3)}))
    return 0 if worst <= ALLOWED else 1


def _rendering(app: Flask) -> Flask:
    """Returns the same site without finished pages: what is measured is the rendering."""
    return create_app(replace(app.config["HCPOV"], pages_mb=0))


def compare(small: Flask, large: Flask) -> float:
    """Prints what each page costs on both sites, and returns the worst ratio."""
    few, many = _pages(small), _pages(large)
    print(f"{'page':44} {'small ms':>9} {'large ms':>9} {'ratio':>6}")
    worst = 0.0
    for name, path in few.items():
        one, other = _measured((small, path), (large, many[name]))
        print(f"{name:44} {one:9.2f} {other:9.2f} {other / one:6.2f}")
        worst = max(worst, other / one)
    return worst


def _pages(app: Flask) -> dict[str, str]:
    """Returns the address of each kind of page by its name. Deep ones begin where a fifth of the newer ones is above.

    Both sites' pages show as much: what is compared is the finding.
    """
    newest, talked_of = address(app, 1), address(app, 2)
    with app.app_context():
        posts = db.session.scalar(select(func.count()).select_from(Post)) or 0
        talk = (Comment.post_id == 2, Comment.state == State.PUBLISHED, Comment.parent_id.is_(None))
        roots = list(db.session.scalars(select(Comment.id).where(*talk).order_by(Comment.id)))
        decided = db.session.scalar(select(func.count()).select_from(Decision)) or 0
    blog, fifth, middle = "/blog-0/", posts // 5, roots[len(roots) // 2]
    own = fifth // (WRITERS * BLOGS) * WRITERS * BLOGS + 1  # by writer-0, in blog-0
    first_month = address(app, posts).split("/")[2:4]
    pages = {
        "the newest posts": "/",
        "the newest posts, deep": f"/?before={posts - fifth}",
        "blogs": "/blogs/",
        "a blog": blog,
        "a blog, deep": f"{blog}?before={fifth}",
        "a month": f"{blog}{'/'.join(first_month)}/",
        "a tag": "/tags/tag-1/",
        "a tag, deep": f"/tags/tag-1/?before={fifth}",
        "a person": "/people/writer-0/",
        "a person, deep": f"/people/writer-0/?before=p{own}",
        "a post": newest,
        "its history": f"{newest}history",
        "a long thread": talked_of,
        "a withdrawn post": address(app, WITHDRAWN),
        "a comment, by its own address": f"/comments/{middle}/",
        "a comment, to be reported": f"/comments/{middle}/report",
        "search, a word that is everywhere": "/search?q=ward+",
        "search, the beginning of such a word": "/search?q=morni",
        "search, a rare word in titles": "/search?q=part+77+",
        "search, a phrase in one blog and year": "/search?q=%22what+the+ward%22&blog=blog-1&kind=posts",
        "search, nothing found": "/search?q=zebra",
        "moderation": "/moderation/",
        "moderation, deep": f"/moderation/?before={decided - decided // 5}",
        "feed of all": "/feed.atom",
        "feed of all, deep": f"/feed.atom?before={posts - fifth}",
        "feed of a blog": f"{blog}feed.atom",
        "feed of a blog, deep": f"{blog}feed.atom?before={fifth}",
        "feed of a tag": "/tags/tag-1/feed.atom",
        "feed of a tag, deep": f"/tags/tag-1/feed.atom?before={fifth}",
        "feed of comments": f"{talked_of}comments.atom",
        "feed of comments, deep": f"{talked_of}comments.atom?before={middle}",
    }
    led = app.test_client().get(pages["a comment, by its own address"]).location
    return pages | {"a long thread, deep": led.partition("#")[0]}


def _measured(*asked: tuple[Flask, str]) -> tuple[float, float]:
    """Returns the medians in milliseconds of processor time, from turns that follow each other.

    SQLite works in this thread, so its share is in them; what else the machine does is not.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    clients = [(app.test_client(), path) for app, path in asked]
    for number in range(ROUNDS + WARM):
        for (client, path), times in zip(clients, taken, strict=True):
            begun = time.thread_time()
            answer = client.get(path)
            answer.get_data()
            if number >= WARM:
                times.append((time.thread_time() - begun) * 1000)
            assert answer.status_code in ANSWERS, path
    return median(taken[0]), median(taken[1])


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:]] or [100_000, 1_000_000]
    sys.exit(main(*sizes))
