"""The product as ops run it: the real server in processes of its own, on the tests' database."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlencode

from hcpov import config
from hcpov.config import Settings

SECONDS = 30


@contextmanager
def serving(settings: Settings, **environment: str) -> Iterator[str]:
    """Runs `hcpov serve` on a free port of loopback and yields its address."""
    port = _free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    env |= {
        "HCPOV_INSTANCE": str(settings.instance),
        "HCPOV_SECRET_KEY": settings.secret_key,
        "HCPOV_DATABASE_URL": settings.database_url,
        "HCPOV_BIND": f"127.0.0.1:{port}",
        "HCPOV_SITE_URL": f"http://127.0.0.1:{port}",
        "HCPOV_RATE_LIMITS": "off",
    } | environment
    log = settings.instance / f"serve-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "hcpov.cli", "serve"], cwd=config.ROOT, env=env, stdout=out, stderr=out
        )
        try:
            _wait(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=SECONDS)


def post(address: str, path: str, fields: dict[str, str], cookie: str = "") -> tuple[int, str]:
    """Posts a form on a connection of its own; returns the status and where it leads."""
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Cookie": cookie} if cookie else {})
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location") or ""


def _free_port() -> int:
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
