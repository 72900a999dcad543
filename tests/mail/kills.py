"""A worker that is killed while it sends: real processes, a real relay, SIGKILL."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask

from hcpov import clock, config
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.actions import enqueue
from hcpov.mail.models import Message
from tests.live import free_port, wait_until
from tests.post_office import PostOffice


@dataclass
class Outcome:
    """What became of the messages.

    `in_the_window` are those that the relay had taken and that were not marked when their worker was killed: the only
    ones that may arrive again.
    """

    kills: int = 0
    arrived: Counter[str] = field(default_factory=Counter)
    in_the_window: Counter[str] = field(default_factory=Counter)
    on_their_way: int = 0
    ids: dict[str, set[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def repeated(self) -> Counter[str]:
        """Returns how often too many each address has its message."""
        return Counter({address: count - 1 for address, count in self.arrived.items() if count > 1})


def run(app: Flask, settings: Settings, office: PostOffice, messages: int, kills: int, seed: int) -> Outcome:
    """Sends `messages` through `kills` workers that are killed at any moment, and one that is not.

    The lease of a killed worker's message is ended at once, which else the clock does after twenty minutes.
    """
    chance, outcome, started = random.Random(seed), Outcome(), time.monotonic()
    _write(app, messages)
    share = messages / (kills + 1)
    for number in range(kills):
        goal = (number + chance.uniform(0.3, 1)) * share
        with _Worker(settings, office) as worker:
            wait_until(lambda: len(office.recipients) >= goal or worker.poll() is not None, 60)  # noqa: B023
            time.sleep(chance.uniform(0, 0.03))  # not always just after a message was taken
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        outcome.kills += 1
        _note(app, office, outcome)
    with _Worker(settings, office) as worker:
        wait_until(lambda: not _waiting(app), 120)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    outcome.arrived = Counter(office.recipients)
    for mail in office.arrived:
        outcome.ids.setdefault(str(mail["To"]), set()).add(str(mail["Message-ID"]))
    outcome.seconds = time.monotonic() - started
    return outcome


def stop(app: Flask, settings: Settings, office: PostOffice, messages: int, command: str = "worker") -> int:
    """Stops a worker as ops do, while it sends; returns how many messages were taken and are not marked."""
    _write(app, messages)
    with _Worker(settings, office, command) as worker:
        wait_until(lambda: len(office.recipients) >= 3, 60)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    with app.app_context():
        sent = sa.select(sa.func.count()).where(Message.sent_at.is_not(None), Message.taken_until.is_(None))
        return len(office.recipients) - (db.session.scalar(sent) or 0)


def load_anew(app: Flask, settings: Settings, office: PostOffice, messages: int, command: str) -> Counter[str]:
    """Has a worker loaded anew while it sends; returns how often each address has its message."""
    _write(app, messages)
    log = settings.instance / "worker.log"
    with _Worker(settings, office, command) as worker:
        try:
            wait_until(lambda: len(office.recipients) >= 3, 240)
            worker.send_signal(signal.SIGHUP)
            wait_until(lambda: log.read_text(encoding="utf-8").count("The worker does") == 2, 240)
            wait_until(lambda: not _waiting(app), 120)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=30) == 0
        finally:
            worker.kill()
    return Counter(office.recipients)


def _write(app: Flask, messages: int) -> None:
    with app.app_context():
        for number in range(messages):
            enqueue(f"reader{number}@example.org", "A subject", "Words.", f"kill {number}")
        db.session.commit()


def _Worker(  # noqa: N802  # it stands for a class
    settings: Settings, office: PostOffice, command: str = "worker"
) -> "subprocess.Popen[bytes]":
    env = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    env |= {
        "HCPOV_INSTANCE": str(settings.instance),
        "HCPOV_SECRET_KEY": settings.secret_key,
        "HCPOV_DATABASE_URL": settings.database_url,
        "HCPOV_SITE_URL": "http://localhost",
        "HCPOV_SMTP_URL": f"smtp://127.0.0.1:{office.port}",
        "HCPOV_MAIL_RATE": "0",
        "HCPOV_BIND": f"127.0.0.1:{free_port()}",
    }
    with (settings.instance / "worker.log").open("ab") as log:
        words = [sys.executable, "-m", "hcpov.cli", command]
        return subprocess.Popen(words, cwd=config.ROOT, env=env, stdout=log, stderr=log)


def _note(app: Flask, office: PostOffice, outcome: Outcome) -> None:
    """Looks at what the killed worker had in hand, and ends its lease."""
    time.sleep(0.05)  # what the relay has read and not yet noted
    with app.app_context():
        left = list(db.session.scalars(sa.select(Message.to).where(Message.taken_until.is_not(None))))
        assert len(left) <= 1, "a worker has one message in hand"
        taken = Counter(office.recipients)
        for address in left:
            outcome.on_their_way += 1
            if taken[address] > outcome.in_the_window[address]:
                outcome.in_the_window[address] += 1
        free = {"taken_until": None, "not_before": clock.now()}
        db.session.execute(sa.update(Message).where(Message.taken_until.is_not(None)).values(free))
        db.session.commit()


def _waiting(app: Flask) -> int:
    with app.app_context():
        waits = sa.select(sa.func.count()).where(Message.sent_at.is_(None), Message.gave_up_at.is_(None))
        return db.session.scalar(waits) or 0
