"""Several machines on one PostgreSQL and one Redis. The suite runs these on PostgreSQL; on SQLite they are left out."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests import live
from tests.conftest import REDIS
from tests.deploy import fronts

PASSWORD = "a-word-of-its-own"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs PostgreSQL and Redis where there are none."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    if here and not REDIS:
        config.hook.pytest_deselected(items=here)
        items[:] = [item for item in items if item not in set(here)]


class OwnRedis:
    """A Redis that a test may stop."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, live.free_port()
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, empty, and returns when it answers."""
        words = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--requirepass", PASSWORD]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([*words, "--save", ""], cwd=self.folder, stdout=log, stderr=log)
        live.wait_until(lambda: live.answers(self.port))

    def stop(self) -> None:
        """Stops it at once."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def hang(self, hangs: bool) -> None:
        """Lets it take connections and answer none, or answer again."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP if hangs else signal.SIGCONT)

    def ask(self) -> "redis.Redis":
        """Returns a way to look into it."""
        return redis.Redis.from_url(self.url)


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    """A Redis of the test's own."""
    found = OwnRedis(tmp_path_factory.mktemp("redis"))
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def nginx_there() -> None:
    """Debian's nginx with its Brotli module."""
    lacking = [each.name for each in (fronts.NGINX, fronts.BROTLI) if not each.exists()]
    if lacking:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"these tests need {', '.join(lacking)}")
