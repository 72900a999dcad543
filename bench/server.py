"""Servers that are measured: a WSGI application under the settings of `hcpov serve`, and nginx."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hcpov import config
from hcpov.config import Settings
from tests.deploy import fronts
from tests.live import answers, free_port, wait_until

# A server of plain files, as Debian's own nginx.conf has them served.
PLAIN = """
    server {{
        listen 127.0.0.1:{port};
        root {files};
        gzip_static on;
        brotli_static on;
    }}
"""


@dataclass(frozen=True)
class Front:
    """nginx as it runs: the site through it, plain files from it, its folder of plain files, its process."""

    site: str
    plain: str
    files: Path
    pid: int


@contextmanager
def granian(target: str, folder: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """Serves what a function makes as `hcpov serve` serves our application; yields its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        str(config.Settings().workers),
        "--blocking-threads",
        "1",
        "--no-ws",
        "--workers-kill-timeout",
        "10",
    ]
    command += ["--factory", target]
    with _running(command, folder / "granian.log", port, os.environ | environment) as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextmanager
def nginx(folder: Path, settings: Settings, upstream: str) -> Iterator[Front]:
    """Runs nginx with the shipped files in front of the application at `upstream`, beside a server of plain files."""
    files, port, pages = folder / "files", free_port(), settings.instance / "pages"
    files.mkdir(parents=True)
    beside, workers = PLAIN.format(port=port, files=files), os.cpu_count() or 1
    settings = replace(settings, site_url=upstream)
    written = fronts.write_nginx(folder, pages, upstream, pages, workers, beside=beside, settings=settings)
    with fronts.running_nginx(written) as running:
        yield Front(running.plain, f"http://127.0.0.1:{port}", files, running.pid)


@contextmanager
def _running(command: list[str], log: Path, port: int, environment: dict[str, str]) -> Iterator[int]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=config.ROOT, env=environment, stdout=out, stderr=out)
    try:
        wait_until(lambda: process.poll() is not None or answers(port))
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(encoding='utf-8')[-1000:]}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)
