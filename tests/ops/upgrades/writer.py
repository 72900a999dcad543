"""Somebody who writes on a site while it is brought up to date."""

import re
import threading
import urllib.error
import urllib.request
from urllib.parse import urlencode

from flask import Flask

from tests.forms import hidden, right_code
from tests.live import get, wait_until
from tests.ops.upgrades.conftest import Home


class Writer:
    """Somebody who goes on commenting, and what they were told: taken, kept with the words, or nothing of it."""

    def __init__(self, home: Home, app: Flask) -> None:
        self.home, self.app = home, app
        self.taken: list[str] = []
        self.kept: list[str] = []
        self.told: set[int] = set()
        self.path = (re.findall(r'href="(/[a-z0-9-]+/\d{4}/\d{2}/[a-z0-9-]+/)"', get(home.address, "/")[1]))[0]
        slug = self.path.split("/")[-2]
        self.post = home.asked(f"SELECT id FROM post WHERE slug = '{slug}'")[0]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self.thread.start()
        wait_until(lambda: bool(self.taken))
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _write(self) -> None:
        number = 0
        while not self.over.wait(0.2):
            number += 1
            words = f"What the night shift saw, {number} times."
            status, page = self._send(words)
            self.told.add(status)
            if status == 303:
                self.taken.append(words)
            elif status == 503:
                assert words in page and "Try again" in page and "brought up to date" in page
                self.kept.append(words)

    def _send(self, words: str) -> tuple[int, str]:
        try:
            token = hidden(get(self.home.address, f"/captcha?for={self.post}")[1])
            fields = {"name": "A. Nurse", "title": "RN", "place": "Here", "body": words}
            fields |= {"challenge": token, "code": right_code(self.app, token) if token else ""}
            return send(self.home.address + self.path + "comments", fields)
        except (OSError, AssertionError):  # the moment in which the service is started anew
            return 0, ""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def send(address: str, fields: dict[str, str]) -> tuple[int, str]:
    """Sends a form; returns the status and the page."""
    try:
        with urllib.request.build_opener(_Stay).open(address, urlencode(fields).encode(), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()
