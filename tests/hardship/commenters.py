"""People who comment while the site dies under them: each sends the same form again until an answer came."""

import http.client
import random
import re
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Flask

from bench.data import WORDS
from tests.forms import HTMX, hidden, right_code
from tests.live import signed_in
from tests.make import MadeAccount, MadePost

PATIENCE = 20.0  # seconds to wait for an answer before the form is sent again
PAUSE = (0.2, 0.5)  # seconds before it is; a browser of ours waits longer
GIVE_UP = 180.0  # seconds: a site that has not answered by then does not heal
POSTED = re.compile(r'data-posted="([0-9]+)"')
PLACE = re.compile(r"#comment-([0-9]+)$")
PLAIN, FRAGMENT, MEMBER = "plain form", "htmx", "member"
WAYS = (PLAIN, FRAGMENT, PLAIN, FRAGMENT, PLAIN, FRAGMENT, MEMBER, MEMBER)


class Answer(NamedTuple):
    """What came back; a status of 0 when nothing did."""

    status: int
    text: str = ""
    place: str = ""
    cookie: str = ""


class Sent(NamedTuple):
    """A comment that was acknowledged: its number, the post it was left on, its words."""

    number: int
    post_id: int
    text: str


@dataclass
class Heard:
    """What all commenters were told."""

    sent: list[Sent] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)  # the words of all that were sent, with or without an answer
    again: Counter[str] = field(default_factory=Counter)  # why a form had to be sent again
    problems: list[str] = field(default_factory=list)
    looks: int = 0


class Commenters:
    """Eight of them, each in a thread, two of them signed in; `heard` fills while they write."""

    def __init__(self, app: Flask, address: str, posts: list[MadePost], member: MadeAccount, seed: int) -> None:
        self.app, self.address, self.posts = app, address, posts
        self._cookie = signed_in(address, {"email": member.email, "password": member.password})
        self.heard, self._over, self._seed = Heard(), threading.Event(), seed
        self._networks = count()  # one each, as the guard counts them
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Lets them write."""
        self._over.clear()
        self._seed += 1
        self._threads = [
            threading.Thread(target=self._write, args=(number, way), name=f"commenter {number}")
            for number, way in enumerate(WAYS)
        ]
        for each in self._threads:
            each.start()

    def are_at_it(self) -> bool:
        """Says whether any of them still writes."""
        return any(each.is_alive() for each in self._threads)

    def end(self) -> None:
        """Lets each finish the comment that it has begun."""
        self._over.set()
        for each in self._threads:
            each.join()

    def _write(self, number: int, way: str) -> None:
        lot = random.Random(self._seed * 100 + number)
        try:
            while not self._over.is_set():
                each = next(self._networks)
                self._one(lot, way, {"X-Forwarded-For": f"{11 + (each >> 16)}.{each >> 8 & 255}.{each & 255}.7"})
                time.sleep(lot.uniform(0, 0.05))
        except Exception as problem:
            self.heard.problems.append(f"{way}: {type(problem).__name__}: {problem}")

    def _one(self, lot: random.Random, way: str, headers: dict[str, str]) -> None:
        post, text = lot.choice(self.posts), " ".join(lot.choices(WORDS, k=25)).capitalize() + "."
        fields = {"name": "Ada Reader", "title": "Pharmacist", "place": "Tulsa OK", "body": text}
        if way == MEMBER:
            page = self._until(lot, "GET", post.path, {}, headers | {"Cookie": self._cookie}, {200})
            headers = headers | {"Cookie": page.cookie or self._cookie}
            fields = {"body": text} | {name: hidden(page.text, name) for name in ("challenge", "csrf_token")}
        else:
            if way == FRAGMENT:
                headers = headers | HTMX
                asked = self._until(lot, "GET", f"/captcha?for={post.id}", {}, headers, {200})
            else:
                asked = self._until(lot, "POST", post.comments, fields, headers, {422})
            token = hidden(asked.text)
            fields |= {"challenge": token, "code": right_code(self.app, token)}
        self.heard.begun.append(text)
        answer = self._until(lot, "POST", post.comments, fields, headers, {200, 303, 422})
        found = POSTED.search(answer.text) if way == FRAGMENT else PLACE.search(answer.place)
        if found is None:
            said = " ".join(re.findall(r'class="[^"]*(?:error|guard)[^>]*>(?:<p>)?([^<]+)', answer.text))
            self.heard.problems.append(f"{way}: {answer.status} {answer.place} {said}")
            return
        self.heard.sent.append(Sent(int(found[1]), post.id, text))
        self._look(int(found[1]), text)

    def _look(self, number: int, text: str) -> None:
        """Reads the comment as a stranger does; a page that lacks it was finished before and not thrown away."""
        answer = self._ask("GET", f"/comments/{number}/", {}, {})
        page = self._ask("GET", answer.place.partition("#")[0], {}, {}) if answer.status == 303 else answer
        if page.status == 200:
            self.heard.looks += 1
            if f'id="comment-{number}"' not in page.text or text not in page.text:
                self.heard.problems.append(f"{answer.place} does not show comment {number}")
        elif 0 < page.status < 500:
            self.heard.problems.append(f"comment {number} is answered with {page.status}")

    def _until(
        self,
        lot: random.Random,
        method: str,
        path: str,
        fields: dict[str, str],
        headers: dict[str, str],
        good: set[int],
    ) -> Answer:
        end = time.monotonic() + GIVE_UP
        while (answer := self._ask(method, path, fields, headers)).status not in good:
            why = str(answer.status) if answer.status else "no answer"
            if method == "POST":
                self.heard.again[why] += 1
            if time.monotonic() > end or 0 < answer.status < 500:
                raise AssertionError(f"{method} {path}: {why}")
            time.sleep(lot.uniform(*PAUSE))
        return answer

    def _ask(self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]) -> Answer:
        host = self.address.removeprefix("http://")
        body = urlencode(fields) if method == "POST" else None
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        try:
            with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
                connection.request(method, path, body, headers | form)
                answer = connection.getresponse()
                place, cookie = answer.getheader("Location") or "", answer.getheader("Set-Cookie") or ""
                return Answer(answer.status, answer.read().decode(), place, cookie.partition(";")[0])
        except (OSError, http.client.HTTPException):
            return Answer(0)
