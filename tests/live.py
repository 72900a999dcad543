"""The product as ops run it: the real server in processes of its own, on the tests' database."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from hcpov import config
from hcpov.config import Settings

SECONDS = 30


@dataclass(frozen=True)
class Site:
    """A running site: where it listens, the process that was started, and what it has written."""

    port: int
    process: "subprocess.Popen[bytes]"
    file: Path

    @property
    def address(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.file.read_text(encoding="utf-8")


@contextmanager
def serving(settings: Settings, *options: str, port: int = 0, **environment: str) -> Iterator[str]:
    """Runs `hcpov serve` with `options` on a port of loopback, any free one by default, and yields its address."""
    with started(settings, *options, port=port, folder=config.ROOT, python=Path(sys.executable), **environment) as site:
        _wait(site.port, site.process)
        yield site.address


@contextmanager
def started(
    settings: Settings,
    *options: str,
    port: int = 0,
    folder: Path = config.ROOT,
    python: Path = Path(sys.executable),
    **environment: str,
) -> Iterator[Site]:
    """Starts `hcpov serve`, of the code in `folder`, and yields it at once; stops it in the end, if it still runs."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    env = environment_of(settings, HCPOV_BIND=f"127.0.0.1:{port}", HCPOV_SITE_URL=address) | environment
    log = settings.instance / f"serve-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(python), "-m", "hcpov.cli", "serve", *options],
            cwd=folder,
            env=env,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield Site(port, process, log)
        finally:
            _stop(process)


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """Returns the environment of a command on the tests' instance and database, with no setting of the tests' own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    return env | {
        "HCPOV_INSTANCE": str(settings.instance),
        "HCPOV_SECRET_KEY": settings.secret_key,
        "HCPOV_DATABASE_URL": settings.database_url,
        "HCPOV_REDIS_URL": settings.redis_url,
        "HCPOV_SITE_URL": settings.site_url,
        "HCPOV_RATE_LIMITS": "off",
        "HCPOV_BACKUPS": "off",  # the night's backup would take half a core from whatever is tested or measured by then
        **more,
    }


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Stops the server as ops do; should it not end, it is killed with all its processes and the test fails."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def post(address: str, path: str, fields: dict[str, str], cookie: str = "") -> tuple[int, str]:
    """Posts a form on a connection of its own; returns the status and where it leads."""
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Cookie": cookie} if cookie else {})
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location") or ""


def signed_in(address: str, fields: dict[str, str]) -> str:
    """Signs in and returns the cookie."""
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)) as connection:
        connection.request("POST", "/sign-in", urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 302
        return (answer.getheader("Set-Cookie") or "").partition(";")[0]


def get(address: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Asks for a page on a connection of its own; returns the status and the page."""
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)) as connection:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def wait_until(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Returns when `condition` is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Says whether something listens on a port of loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    """Returns a port of loopback that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Waits until the server answers, or fails with what it left."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
                connection.request("GET", "/blogs/")
                connection.getresponse().read()
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start; exit code {process.poll()}")
