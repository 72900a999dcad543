"""Passwords are hashed two at a time, by however many processes."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.proxies import _security
from werkzeug.exceptions import ServiceUnavailable

from hcpov.auth import hashing
from hcpov.auth.hashing import LINE, PATIENCE, SLOTS, Line, Slots
from tests.forms import HTMX
from tests.make import PASSWORD, Make

PROCESSES, ROUNDS = 4, 15
spawn = multiprocessing.get_context("spawn")


def busy(folder: str, barrier: Barrier, seen: Connection) -> None:
    """Takes slots again and again, and tells how many processes were inside one at the same time at most."""
    slots, most = Slots(Path(folder)), 0
    inside = Path(folder, "inside")
    mine = inside / str(os.getpid())
    barrier.wait()
    for _ in range(ROUNDS):
        with slots.one():
            mine.touch()
            for _ in range(200):
                most = max(most, len(list(inside.iterdir())))
            mine.unlink()
    seen.send(most)


def hold(folder: str, told: Connection) -> None:
    """Takes all slots and keeps them until it is killed."""
    with ExitStack() as stack:
        for _ in range(SLOTS):
            stack.enter_context(Slots(Path(folder)).one())
        told.send("held")
        signal.pause()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a slot."""
    monkeypatch.setattr(hashing, "PATIENCE", 0.05)


@pytest.fixture
def all_taken(app: Flask, impatient: None) -> Iterator[None]:
    """Others hash with all the slots of the application."""
    with ExitStack() as stack:
        slots: Slots = _slots(app)
        for _ in range(SLOTS):
            stack.enter_context(slots.one())
        yield


def _slots(app: Flask) -> Slots:
    with app.app_context():
        slots: Slots = _security.pwd_context.slots
        return slots


def test_two_processes_hash_at_once_and_no_third(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    barrier, pipes = spawn.Barrier(PROCESSES), [spawn.Pipe() for _ in range(PROCESSES)]
    many = [spawn.Process(target=busy, args=(str(tmp_path), barrier, there)) for _, there in pipes]
    for each in many:
        each.start()
    seen = [here.recv() for here, _ in pipes]
    for each in many:
        each.join()
    assert max(seen) == SLOTS


def test_a_killed_process_gives_its_slots_back(tmp_path: Path, impatient: None) -> None:
    here, there = spawn.Pipe()
    holder = spawn.Process(target=hold, args=(str(tmp_path), there))
    holder.start()
    assert here.recv() == "held"
    with pytest.raises(ServiceUnavailable), Slots(tmp_path).one():
        pass
    holder.kill()
    holder.join()
    with ExitStack() as stack:
        for _ in range(SLOTS):
            stack.enter_context(Slots(tmp_path).one())


def test_a_slot_is_given_back_when_hashing_fails(tmp_path: Path, impatient: None) -> None:
    for _ in range(SLOTS + 1):
        with pytest.raises(ZeroDivisionError), Slots(tmp_path).one():
            raise ZeroDivisionError


@pytest.mark.parametrize("password", [PASSWORD, "not the password"])
def test_patience_ends_with_words(
    make: Make, client: FlaskClient, password: str, request: pytest.FixtureRequest
) -> None:
    member = make.account()
    request.getfixturevalue("all_taken")
    for email in (member.email, "nobody@example.org"):
        answer = client.post("/sign-in", data={"email": email, "password": password})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "try again in a minute" in answer.text
    assert "Sign in" in client.get("/").text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_whoever_finds_the_line_full_is_asked_to_come_back_at_once(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    with app.app_context():
        line: Line = _security.pwd_context.line
    with ExitStack() as stack:
        for _ in range(LINE):
            stack.enter_context(line.place())
        began = time.monotonic()
        data = {"email": "nobody@example.org", "password": PASSWORD}
        answer = client.post("/sign-in", data=data, headers=headers)
        assert time.monotonic() - began < PATIENCE
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "try again in a minute" in answer.text
        assert ("<html" in answer.text) is not bool(headers)
        assert client.get("/sign-in").status_code == 200
    assert client.post("/sign-in", data=data).status_code == 200


def test_many_at_once_are_hashed_one_after_the_other(app: Flask) -> None:
    with app.app_context():
        context = _security.pwd_context
    with ThreadPoolExecutor(LINE) as crowd:
        hashes = list(crowd.map(context.hash, [f"a password {number}" for number in range(LINE)]))
    assert all(context.verify(f"a password {number}", each) for number, each in enumerate(hashes))


def test_reading_waits_for_no_slot(make: Make, client: FlaskClient, request: pytest.FixtureRequest) -> None:
    post = make.post()
    request.getfixturevalue("all_taken")
    assert client.get(post.path).status_code == 200
    assert client.get("/sign-in").status_code == 200


def test_whatever_hashes_passwords_takes_a_slot(app: Flask, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("all_taken")
    with app.app_context():
        context = _security.pwd_context
        for act in (
            context.hash,
            lambda word: context.verify(word, "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA"),
        ):
            with pytest.raises(ServiceUnavailable):
                act("a password")
