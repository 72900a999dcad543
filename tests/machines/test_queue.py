"""The queue in Redis: shared by machines, signed, and no loss when Redis is away or hangs; limits as well."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from flask import Flask

from hcpov import jobs, shared
from hcpov.config import Settings
from hcpov.jobs import Waiting
from tests import live
from tests.machines.conftest import OwnRedis
from tests.machines.sites import Machine, answering, machine
from tests.make import PASSWORD
from tests.post_office import PostOffice

SECRET = "the secret that these machines share, all of them"
Open = Callable[..., Waiting]


@pytest.fixture
def opened(own_redis: OwnRedis, tmp_path: Path) -> Iterator[Open]:
    """Opens the queue as a machine does."""
    with ExitStack() as stack:

        def open_queue(name: str, secret: str = SECRET) -> Waiting:
            found = Waiting("hcpov", redis_url=own_redis.url, secret=secret, filename=str(tmp_path / name))
            stack.callback(found.close)
            return found

        yield open_queue


def test_what_one_machine_puts_in_any_takes_once(opened: Open) -> None:
    one, other = opened("one"), opened("other")
    one.enqueue(b"first")
    one.enqueue(b"second")
    one.enqueue(b"urgent", priority=10)
    assert one.queue_size() == other.queue_size() == 3
    assert [other.dequeue(), one.dequeue(), other.dequeue(), one.dequeue()] == [b"urgent", b"first", b"second", None]


def test_what_is_a_machine_s_own_no_other_takes(opened: Open) -> None:
    one, other = opened("one"), opened("other")
    one.enqueue_here(b"mine")
    assert [other.dequeue(), one.dequeue()] == [None, b"mine"]


def test_two_sites_may_share_a_redis(opened: Open) -> None:
    ours, theirs = opened("one"), opened("other", secret="the secret of somebody else's site, unknown here")
    ours.enqueue(b"ours")
    assert [theirs.dequeue(), ours.dequeue()] == [None, b"ours"]


def test_a_job_that_is_not_signed_is_not_done(opened: Open, own_redis: OwnRedis) -> None:
    one = opened("one")
    assert one.shared
    with own_redis.ask() as client:
        for job in (b"cos\nsystem\n(S'true'\ntR.", b"x.y", b""):
            client.zadd(one.shared.queue_key, {b"12345678" + job: 0})
    assert [one.dequeue() for _ in range(4)] == [None] * 4
    assert one.queue_size() == 0


def test_while_redis_is_away_the_file_is_the_queue(
    opened: Open, own_redis: OwnRedis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = opened("one")
    one.enqueue(b"before")
    own_redis.stop()
    with caplog.at_level(logging.INFO, "hcpov.jobs"):
        for job in (b"first", b"second"):
            one.enqueue(job)
            one.again = 0.0
        assert not one.answers()
        assert [one.dequeue(), one.dequeue(), one.dequeue()] == [b"first", b"second", None]
        monkeypatch.setattr(jobs, "MOST", 3)
        for number in range(5):
            one.enqueue(str(number).encode())
        assert one.queue_size() == 3
        one.flush_queue()
        own_redis.start()
        live.wait_until(one.answers)
        one.enqueue(b"after")
        assert opened("other").dequeue() == b"after"
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "Redis is away",
        "Redis is back, and the queue with it",
    ]


@pytest.fixture
def site(
    app: Flask, settings: Settings, own_redis: OwnRedis, post_office: PostOffice, tmp_path: Path
) -> Iterator[Machine]:
    """A machine with one web process and a worker, on a Redis of its own."""
    more = {"HCPOV_REDIS_URL": own_redis.url, "HCPOV_RATE_LIMITS": "on", "HCPOV_WORKERS": "1"}
    more |= {"HCPOV_SMTP_URL": settings.smtp_url, "HCPOV_MAIL_RATE": "0", "HCPOV_MACHINES": "1"}
    with serving(settings, tmp_path / "site", **more) as found:
        yield found


def serving(settings: Settings, folder: Path, **more: str) -> AbstractContextManager[Machine]:
    address = f"127.0.0.1:{live.free_port()}"
    return answering(machine(settings, folder, "hcpov.cli", "serve", address=address, **more))


def join(site: Machine, name: str) -> float:
    """Joins, for which a letter is sent; returns how long the answer took."""
    began = time.monotonic()
    who = {"name": name, "title": "Pharmacist", "place": "Tulsa OK", "password": PASSWORD}
    assert live.post(site.address, "/join", who | {"email": f"{name}@example.org"}) == (302, "/join/sent")
    return time.monotonic() - began


def knock(site: Machine, times: int) -> list[int]:
    """Asks for what is limited to 20 a minute."""
    return [live.get(site.address, "/captcha/forged/audio")[0] for _ in range(times)]


def test_a_site_does_without_redis_and_finds_it_again(
    site: Machine, own_redis: OwnRedis, post_office: PostOffice
) -> None:
    join(site, "ada")
    post_office.wait_for(1)
    with own_redis.ask() as client:
        assert client.keys("LIMITS*")
    own_redis.stop()
    join(site, "ben")
    post_office.wait_for(2, seconds=30)  # by the queue in the file: the clock would take up to a minute
    assert knock(site, 25) == [404] * 20 + [429] * 5
    own_redis.start()
    with own_redis.ask() as client:
        live.wait_until(lambda: bool(knock(site, 1) and client.keys("LIMITS*")), seconds=60)
        live.wait_until(lambda: "Redis is back" in site.log or bool(join(site, f"n{time.monotonic_ns()}") < 0), 60)
    assert 1 <= site.log.count("Redis is away") <= 2  # web and worker
    assert site.log.count("Rate limit storage unreachable") == 1
    assert "Traceback" not in site.log and "exception" not in site.log


def test_a_redis_that_hangs_holds_nobody_up(site: Machine, own_redis: OwnRedis, post_office: PostOffice) -> None:
    quick = join(site, "ada")
    own_redis.hang(True)
    try:
        slow = join(site, "ben")
        assert slow < quick + 6 * shared.SECONDS + 2
        post_office.wait_for(2, seconds=30)
    finally:
        own_redis.hang(False)
