"""Readers and writers who keep their connections, and note every request that was not answered as it should be."""

import http.client
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from hcpov.captcha import challenges
from hcpov.comments.models import Comment
from hcpov.extensions import db
from tests.forms import WORDS
from tests.live import SECONDS
from tests.make import MadePost

SAID = "ward nurse dose night shift chart fever rounds handover potassium infusion ask note team sleep plan".split()
FORM = "application/x-www-form-urlencoded"

PAUSE = 0.02  # seconds between two turns: the processes that start need a core as well

_numbers = count(1)


class Crowd:
    """What became of the requests: the words of the comments that were acknowledged, and what went wrong."""

    def __init__(self, app: Flask, port: int, post: MadePost) -> None:
        self.app, self.port, self.post = app, port, post
        self.said: list[str] = []
        self.wrong: list[str] = []
        self.read = 0
        self.over = threading.Event()

    def ask(self) -> None:
        """Reads and writes by turns over one connection, until it is over. It connects anew only when told to."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as connection:
            while not self.over.wait(PAUSE):
                try:
                    self._look(connection)
                    self._write(connection)
                except (OSError, http.client.HTTPException) as problem:
                    self.wrong.append(repr(problem))
                    connection.close()

    def _look(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", self.post.path)
        answer = connection.getresponse()
        page = answer.read()
        if answer.status != 200 or b"</html>" not in page:
            self.wrong.append(f"{answer.status} for the post")
        self.read += 1

    def _write(self, connection: http.client.HTTPConnection) -> None:
        text, body, headers = form(self.app, self.post)
        connection.request("POST", self.post.comments, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 303:
            self.said.append(text)
        else:
            self.wrong.append(f"{answer.status} for a comment")

    def lost(self) -> list[str]:
        """Returns what is not as it was acknowledged: each comment is there once, and none that was not."""
        with self.app.app_context():
            there = Counter(db.session.scalars(sa.select(Comment.body).where(Comment.post_id == self.post.id)))
        said = Counter(self.said)
        return [f"lost: {text}" for text in said - there] + [f"too much: {text}" for text in there - said]


@contextmanager
def crowd(app: Flask, port: int, post: MadePost, people: int = 4) -> Iterator[Crowd]:
    """Lets people read and write meanwhile."""
    found = Crowd(app, port, post)
    threads = [threading.Thread(target=found.ask) for _ in range(people)]
    for each in threads:
        each.start()
    try:
        yield found
    finally:
        found.over.set()
        for each in threads:
            each.join()


def form(app: Flask, post: MadePost) -> tuple[str, str, dict[str, str]]:
    """Returns the words of a comment from a network of its own, the form with a right code, and its headers."""
    number = next(_numbers)
    text = f"{number}: {' '.join(random.choices(SAID, k=30))}."
    with app.app_context():
        code = challenges.issue(post.id)
        fields = WORDS | {"body": text, "challenge": code.token, "code": challenges.digits(code.nonce)}
    network = f"{11 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7"
    return text, urlencode(fields), {"Content-Type": FORM, "X-Forwarded-For": network}


class HalfSent:
    """A comment of which one half is sent: a request that is open until the other half is."""

    def __init__(self, app: Flask, port: int, post: MadePost) -> None:
        self.text, self._body, headers = form(app, post)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self.connection.putrequest("POST", post.comments)
        for name, value in headers.items():
            self.connection.putheader(name, value)
        self.connection.putheader("Content-Length", str(len(self._body)))
        self.connection.endheaders(self._body[:20].encode())

    def finish(self) -> int:
        """Sends the rest; returns the status. Raises OSError where the connection is gone."""
        with closing(self.connection):
            self.connection.send(self._body[20:].encode())
            answer = self.connection.getresponse()
            answer.read()
            return answer.status

    def server(self, pids: list[int]) -> int | None:
        """Returns which of these processes has it; None while none has."""
        mine = self.connection.sock.getsockname()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[2].partition(":")[2], 16) == mine:
                return next((pid for pid in pids if f"socket:[{fields[9]}]" in _handles(pid)), None)
        return None


def _handles(pid: int) -> set[str]:
    found = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(each.readlink()))
        except OSError:
            continue
    return found
