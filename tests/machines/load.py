"""Readers and writers at a front, all at once, and what each of their requests came to."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from hcpov.comments.models import Comment
from hcpov.extensions import db
from tests.deploy.asking import ask
from tests.forms import WORDS, hidden, right_code
from tests.make import MadePost

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Request:
    """One request: when it began and ended, and its status; 0 when the line broke."""

    what: str
    began: float
    ended: float
    status: int

    def was_open(self, before: float, after: float) -> bool:
        """Says whether it was open at some time between two moments."""
        return self.began <= after and self.ended >= before


@dataclass
class Load:
    """Many at one front."""

    app: Flask
    address: str
    posts: Sequence[MadePost]
    taken: list[str] = field(default_factory=list)  # what was answered with thanks
    requests: list[Request] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self, readers: int, writers: int) -> Iterator[None]:
        """Goes on until the end of the block."""
        threads = [threading.Thread(target=self._read, args=[number]) for number in range(readers)]
        threads += [threading.Thread(target=self._write, args=[number]) for number in range(writers)]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self.stopped.set()
            for each in threads:
                each.join()

    def answered(self, after: float) -> int:
        """Returns how many requests that began after a moment were answered well."""
        return sum(each.began > after and 0 < each.status < 500 for each in list(self.requests))

    def failed(self) -> list[Request]:
        """Returns those that were not answered, or badly."""
        return [each for each in self.requests if not 0 < each.status < 500]

    def comments_in_database(self) -> list[str]:
        """Returns what was said by writers. One query."""
        return list(db.session.scalars(sa.select(Comment.body).where(Comment.body.startswith("Said "))))

    def _read(self, number: int) -> None:
        """Reads kept pages and pages that are made each time, in turns."""
        paths = [path for post in self.posts for path in (post.path, "/sign-in")]
        for turn in self._turns():
            self._ask(paths[(number + turn) % len(paths)])

    def _write(self, number: int) -> None:
        for turn in self._turns():
            post, words = self.posts[turn % len(self.posts)], f"Said {number} the {turn}th time."
            token = hidden(self._ask(f"/captcha?for={post.id}"))
            if token:
                fields = WORDS | {"challenge": token, "code": right_code(self.app, token), "body": words}
                self._ask(post.comments, urlencode(fields).encode(), words)

    def _turns(self) -> Iterator[int]:
        turn = 0
        while not self.stopped.is_set():
            yield turn
            turn += 1

    def _ask(self, path: str, body: bytes | None = None, words: str = "") -> str:
        began, status, page = time.monotonic(), 0, ""
        try:
            answer = ask(self.address, path, FORM if body else {}, "POST" if body else "GET", body)
            status, page = answer.status, answer.body.decode()
        except (OSError, HTTPException):
            pass
        if words and status == 303:
            self.taken.append(words)
        self.requests.append(Request("POST" if body else "GET", began, time.monotonic(), status))
        return page
