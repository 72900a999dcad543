"""The site's processes under a supervisor that starts again what died, as systemd does."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import processes
from hcpov import config
from hcpov.config import Settings
from tests.hardship.cluster import Cluster, as_owner
from tests.live import SECONDS, environment_of, free_port, get, wait_until

PAUSE = 0.1  # seconds before what died is started again: systemd's RestartSec
LOOK = 0.02


@dataclass
class Service:
    """One of the site's processes with all below it."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str] | None = None
    owner: dict[str, Any] = field(default_factory=dict)
    starts: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Starts it, in a session of its own."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=config.ROOT if self.environment else self.log.parent,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.owner,
            )
        self.starts += 1

    @property
    def pid(self) -> int:
        """The number of its first process."""
        assert self.process is not None
        return self.process.pid

    def is_up(self) -> bool:
        """Says whether its first process runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kills all of its processes at once."""
        for pid in processes.tree(self.pid):
            _kill(pid)

    def clear(self) -> None:
        """Kills what its first process left behind, as systemd does before it starts a service again."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


class Site:
    """Web and worker, and where there is one the database's server. `address` is where readers ask."""

    def __init__(self, settings: Settings, cluster: Cluster | None, logs: Path, **environment: str) -> None:
        self.settings, self.cluster, port = settings, cluster, free_port()
        self.address = f"http://127.0.0.1:{port}"
        own = environment_of(settings, HCPOV_BIND=f"127.0.0.1:{port}", HCPOV_SITE_URL=self.address, HCPOV_PROXIES="1")
        own |= environment
        ours = [sys.executable, "-m", "hcpov.cli"]
        self.web = Service("web", [*ours, "serve", "--web-only"], logs / "web.log", own)
        self.worker = Service("worker", [*ours, "worker"], logs / "worker.log", own)
        self.services = [self.web, self.worker]
        if cluster:
            self.database = Service("database", cluster.command, cluster.folder / "server.log", None, as_owner())
            self.services.insert(0, self.database)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor")

    def answers(self) -> bool:
        """Says whether readers are answered, the database is there, and the worker has begun since it was started."""
        try:
            ready = get(self.address, "/readyz")[1]
            return "database: reachable" in ready and get(self.address, "/")[0] == 200 and self.worker.is_up()
        except OSError:
            return False

    def said(self) -> str:
        """Returns what its processes wrote last, for whoever wonders why it does not answer."""
        return "\n".join(f"{each.name}, started {each.starts} times: {_end_of(each.log)}" for each in self.services)

    def kill_worker(self) -> None:
        """Kills the worker."""
        self.worker.kill()

    def kill_web(self) -> None:
        """Kills the web server with all its processes."""
        self.web.kill()

    def kill_one_web_process(self, lot: random.Random) -> None:
        """Kills one of the processes that answer."""
        _, *below = processes.tree(self.web.pid)
        same = processes.words(self.web.pid)
        _kill(lot.choice([pid for pid in below if processes.words(pid) == same] or [self.web.pid]))

    def kill_database(self, whole: bool) -> None:
        """Kills the database's server, with or without all below it.

        SQLite has none: what writes to it is killed at once, web and worker.
        """
        if not self.cluster:
            os.kill(self.worker.pid, signal.SIGKILL)
            self.web.kill()
        elif whole:
            self.database.kill()
        else:
            _kill(self.database.pid)

    def start(self) -> None:
        """Starts all of it, and watches it from then on."""
        self._thread.start()
        wait_until(self.answers, 2 * SECONDS)

    def stop(self) -> None:
        """Stops all of it as ops do, the database last; what does not end is killed and raises TimeoutExpired."""
        self._over.set()
        self._thread.join()
        for service in reversed(self.services):
            if service.is_up():
                assert service.process is not None
                service.process.send_signal(signal.SIGINT if service.name == "database" else signal.SIGTERM)
                try:
                    service.process.wait(timeout=SECONDS)
                except subprocess.TimeoutExpired:
                    service.kill()
                    raise

    def _watch(self) -> None:
        began: dict[str, float] = {}
        while not self._over.wait(LOOK):
            for service in self.services:
                if not service.is_up() and time.monotonic() > began.get(service.name, float("-inf")) + PAUSE:
                    if service.process:
                        service.clear()
                    service.start()
                    began[service.name] = time.monotonic()


@contextmanager
def running(
    settings: Settings, cluster: Cluster | None = None, logs: Path | None = None, **environment: str
) -> Iterator[Site]:
    """Runs a site whose database is there and migrated; `logs` is the instance folder when None."""
    site = Site(settings, cluster, logs or settings.instance, **environment)
    try:
        site.start()
        yield site
    finally:
        site.stop()


@contextmanager
def serving_database(cluster: Cluster) -> Iterator[None]:
    """Runs a cluster alone, until its tables are made."""
    service = Service("database", cluster.command, cluster.folder / "server.log", None, as_owner())
    service.start()
    try:
        wait_until(cluster.answers)
        yield
    finally:
        assert service.process is not None
        service.process.send_signal(signal.SIGINT)
        service.process.wait(timeout=SECONDS)


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
