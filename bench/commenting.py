"""How many comments a second are taken: code checked, committed with synchronous=FULL, pages thrown away.

`.venv/bin/python -m bench.commenting [ROUNDS COMMENTS]`, 3 and 1,000 by default, runs `hcpov serve`, and lets 16
writers post at once over connections that stay open, each round to one post: by turns as htmx sends the form and as a
plain form. A reader asks for the post ten times a second meanwhile, so that there are pages to throw away. Codes are
issued beforehand with the site's secret; each comment comes from a network of its own, as the guard counts them.
Afterwards each comment that was acknowledged must be there once and published, and the post must count and show them.
Prints a table and a JSON line; ends with 1 when a comment is lost or doubled, or a budget is missed.
"""

import random
import re
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

from bench import load, processes, report, site
from bench.data import WORDS
from bench.report import Budget
from bench.site import Site
from hcpov.blog.models import Post
from hcpov.captcha import challenges
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.live import serving

WRITERS = 16
RATE, P99 = 300, 100
EVERY = 0.1  # seconds between a reader's looks
WAYS = {"htmx": "HX-Request: true\r\n", "plain form": ""}
NEW = re.compile(rb'data-posted="(\d+)"|[Ll]ocation: [^\r]*#comment-(\d+)')
HEAD = "POST {path}comments HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {network}\r\n{more}"
HEAD += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"


@dataclass
class Round:
    """What was sent to one post, and what came of it."""

    way: str
    post_id: int
    path: str
    texts: list[str]
    requests: list[bytes]
    seconds: float = 0.0
    client: float = 0.0  # seconds that this process spent on a core
    server: float = 0.0
    looks: int = 0
    taken: list[float] = field(default_factory=list)  # seconds that each comment took
    said: dict[int, str] = field(default_factory=dict)  # acknowledged: number and text
    errors: Counter[str] = field(default_factory=Counter)


def main(rounds: int = 3, comments: int = 1_000) -> int:
    """Measures, prints, and returns the exit code."""
    with site.made() as made, serving(made.settings, HCPOV_PROXIES="1") as address:
        pids, posts, numbers = processes.below("hcpov.cli serve"), iter(made.posts()), iter(range(1, 1 << 24))
        kept = []
        for number in range(rounds + 1):
            for way in WAYS:
                each = prepared(made, address, way, next(posts), comments if number else 100, numbers)
                send(each, address, pids)
                if number:  # the first round warms up
                    kept.append(each)
        wrong = [problem for each in kept for problem in _problems(made, address, each)]
    print(f"{WRITERS} writers, {comments:,} comments a round, {rounds} rounds. {report.SHARED}\n")
    rows = [_row(way, [each for each in kept if each.way == way]) for way in WAYS]
    report.table(("", "comments/s", "p50 ms", "p99 ms", "server µs each", "client µs each", "client's share %"), rows)
    looks = sum(each.looks for each in kept)
    print(f"The reader looked {looks} times. Acknowledged: {sum(len(each.said) for each in kept):,}.")
    print("\n".join(wrong[:10]) or "Each of them is there once, and each post counts and shows its own.", "\n", sep="")
    budgets = []
    for way, rate, _p50, p99, *_more in rows:
        budgets += [Budget(f"{way}: rate", rate, RATE, "/s"), Budget(f"{way}: p99", p99, P99, " ms", at_most=True)]
    budgets.append(Budget("errors, lost, doubled or miscounted", len(wrong), 0, at_most=True))
    return report.close("commenting", budgets, comments=comments, rounds=rounds, rows=rows)


def prepared(made: Site, address: str, way: str, post: tuple[int, str], comments: int, numbers: Iterator[int]) -> Round:
    """Returns a round whose requests only need to be sent."""
    post_id, path = post
    lot = random.Random(post_id)
    texts = [" ".join(lot.choices(WORDS, k=40)).capitalize() + "." for _ in range(comments)]
    with made.app.app_context():
        codes = [challenges.issue(post_id) for _ in texts]
        fields = [
            {"name": "Ada Reader", "title": "Pharmacist", "place": "Tulsa OK", "body": text, "challenge": code.token}
            | {"code": challenges.digits(code.nonce)}
            for text, code in zip(texts, codes, strict=True)
        ]
    requests = []
    for number, form in zip(numbers, fields, strict=False):
        body = urlencode(form)
        network = f"{11 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7"
        host, more = address.removeprefix("http://"), WAYS[way]
        requests.append(
            (HEAD.format(path=path, host=host, network=network, more=more, length=len(body)) + body).encode()
        )
    return Round(way, post_id, path, texts, requests)


def send(each: Round, address: str, pids: list[int]) -> None:
    """Sends all requests of a round: each writer takes the next one."""
    waiting, over = iter(zip(each.texts, each.requests, strict=True)), threading.Event()
    writers = [threading.Thread(target=_write, args=(each, address, waiting)) for _ in range(WRITERS)]
    reader = threading.Thread(target=_read, args=(each, address, over))
    load.once(address + each.path, {})
    reader.start()
    server, client, begun = processes.seconds(pids), time.process_time(), time.perf_counter()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    each.seconds = time.perf_counter() - begun
    each.client, each.server = time.process_time() - client, processes.seconds(pids) - server
    over.set()
    reader.join()


def _write(each: Round, address: str, waiting: Iterator[tuple[str, bytes]]) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for text, request in waiting:
            begun = time.perf_counter()
            connection.sendall(request)
            answer = _answer(connection)
            each.taken.append(time.perf_counter() - begun)
            found = NEW.search(answer) if answer[9:12] in {b"200", b"303"} else None
            if found:
                each.said[int(found[1] or found[2])] = text
            else:
                each.errors[answer[9:12].decode() or "cut off"] += 1


def _answer(connection: socket.socket) -> bytes:
    """Reads one answer whole; an empty one when the line is cut."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        if not (more := connection.recv(65536)):
            return b""
        answer += more
    found = re.search(rb"content-length: (\d+)", answer[:end], re.IGNORECASE)
    whole = end + 4 + (int(found[1]) if found else 0)
    while len(answer) < whole:
        if not (more := connection.recv(65536)):
            return b""
        answer += more
    return answer


def _read(each: Round, address: str, over: threading.Event) -> None:
    while not over.wait(EVERY):
        status, _, _ = load.once(address + each.path, {"Accept-Encoding": "br, gzip"})
        each.looks += 1
        if status != 200:
            each.errors[f"reader: {status}"] += 1


def _problems(made: Site, address: str, each: Round) -> list[str]:
    """Returns what is wrong after a round, in words."""
    wrong = [f"{each.way}: {number} x {what}" for what, number in each.errors.items()]
    with made.app.app_context():
        rows = db.session.execute(db.select(Comment.id, Comment.body, Comment.state).filter_by(post_id=each.post_id))
        stored = {number: (body, state) for number, body, state in rows}
        counted = db.session.get_one(Post, each.post_id).comment_count
    times = Counter(body for body, _ in stored.values())
    for number, text in each.said.items():
        if stored.get(number) != (text, State.PUBLISHED):
            wrong.append(f"{each.way}: comment {number} is {stored.get(number)}")
        elif times[text] != 1:
            wrong.append(f"{each.way}: comment {number} is there {times[text]} times")
    published = sum(state == State.PUBLISHED for _, state in stored.values())
    if counted != published:
        wrong.append(f"{each.way}: {each.path} counts {counted}, and has {published}")
    if f"{published:,} comments" not in load.once(address + each.path, {})[2].decode():
        wrong.append(f"{each.way}: {each.path} does not show {published:,} comments")
    return wrong


def _row(way: str, rounds: list[Round]) -> tuple[str, float, float, float, float, float, float]:
    taken = quantiles((seconds * 1000 for each in rounds for seconds in each.taken), n=100)
    number, seconds = sum(len(each.said) for each in rounds), sum(each.seconds for each in rounds)
    client, server = sum(each.client for each in rounds), sum(each.server for each in rounds)
    share = client / (client + server) * 100
    each = max(number, 1)
    return way, number / seconds, taken[49], taken[98], server / each * 1e6, client / each * 1e6, share


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
