"""How many comments a second are taken beside Isso, the quickest of those that we were compared with.

`.venv/bin/python -m bench.isso [ROUNDS COMMENTS]`, 3 and 300 by default, lets 16 writers post at once to `hcpov serve`
and to `isso run`, by turns, while a reader asks each for the page or the thread ten times a second. The figure is a
ratio: a rate says more of the machine. Both write to SQLite and wait for the disk. Isso asks for no code, renders no
page and has its guard against floods turned off here; each comment comes on a connection of its own, as its server
closes them. Isso comes from PyPI into `.cache`, once. Prints a table and a JSON line; ends with 1 when the ratio is
below what the budget of 300 a second is to the 133 that Isso was seen to take.
"""

import http.client
import json
import subprocess
import sys
import threading
import time
import venv
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from bench import commenting, processes, report, site
from bench.report import Budget
from hcpov import config
from tests.live import free_port, serving

VERSION = "0.14.0"
WANTED = 300 / 133
PATIENCE = 30
HOST = "127.0.0.1"
PATH = "/a-post/"
SETTINGS = """\
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[server]
listen = http://127.0.0.1:{port}
[guard]
enabled = false
"""


@dataclass
class Taken:
    """What one of the two took, over all rounds."""

    number: int = 0
    seconds: float = 0.0
    each: list[float] = field(default_factory=list)
    errors: Counter[int] = field(default_factory=Counter)

    def row(self, name: str) -> tuple[str, float, float, float, int]:
        """Returns name, comments a second, median and 99th percentile in milliseconds, and how many failed."""
        parts = quantiles((seconds * 1000 for seconds in self.each), n=100)
        return name, self.number / self.seconds, parts[49], parts[98], self.errors.total()


def main(rounds: int = 3, comments: int = 300) -> int:
    """Measures, prints, and returns the exit code."""
    ours, theirs = Taken(), Taken()
    with site.made() as made, serving(made.settings, HCPOV_PROXIES="1") as address, _isso() as port:
        pids, posts, numbers = processes.below("hcpov.cli serve"), iter(made.posts()), iter(range(1, 1 << 24))
        for number in range(rounds + 1):
            each = commenting.prepared(made, address, "htmx", next(posts), comments if number else 50, numbers)
            commenting.send(each, address, pids)
            other = Taken()
            _send(port, each.texts, other)
            if number:  # the first round warms up
                for total, one in ((ours, each), (theirs, other)):
                    total.seconds += one.seconds
                ours.number, theirs.number = ours.number + len(each.said), theirs.number + other.number
                ours.each += each.taken
                theirs.each += other.each
                ours.errors[0] += each.errors.total()
                theirs.errors += other.errors
    print(f"{commenting.WRITERS} writers, {comments:,} comments a round, {rounds} rounds. {report.SHARED}\n")
    rows = [ours.row("Health Care POV"), theirs.row(f"Isso {VERSION}")]
    report.table(("", "comments/s", "p50 ms", "p99 ms", "errors"), rows)
    return report.close("isso", [Budget("comments a second", rows[0][1] / rows[1][1], WANTED, " x Isso")], rows=rows)


@contextmanager
def _isso() -> Iterator[int]:
    """Runs Isso, installed before if need be, and yields its port."""
    home = config.ROOT / ".cache" / f"isso-{VERSION}"
    if not (home / "bin" / "isso").exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", f"isso=={VERSION}"], check=True)
    with TemporaryDirectory() as folder:
        port, settings = free_port(), Path(folder, "isso.cfg")
        settings.write_text(SETTINGS.format(folder=folder, port=port))
        with (Path(folder, "log")).open("wb") as log:
            process = subprocess.Popen([home / "bin" / "isso", "-c", settings, "run"], stdout=log, stderr=log)
        try:
            end = time.monotonic() + PATIENCE
            while _ask(port, "GET", "/info") != http.client.OK:
                assert process.poll() is None, Path(folder, "log").read_text()
                assert time.monotonic() < end, "Isso does not answer"
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _send(port: int, texts: list[str], taken: Taken) -> None:
    waiting, over = iter(texts), threading.Event()

    def write() -> None:
        for text in waiting:
            begun = time.perf_counter()
            status = _ask(port, "POST", f"/new?uri={PATH}", {"text": text, "author": "Ada Reader", "title": "A post"})
            taken.each.append(time.perf_counter() - begun)
            if status == http.client.CREATED:
                taken.number += 1
            else:
                taken.errors[status] += 1

    def read() -> None:
        while not over.wait(commenting.EVERY):
            _ask(port, "GET", f"/?uri={PATH}&limit=50")

    writers, reader = [threading.Thread(target=write) for _ in range(commenting.WRITERS)], threading.Thread(target=read)
    reader.start()
    begun = time.perf_counter()
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    taken.seconds = time.perf_counter() - begun
    over.set()
    reader.join()


def _ask(port: int, method: str, path: str, said: dict[str, str] | None = None) -> int:
    """Returns the status of an answer; 0 where there was none."""
    headers = {"Content-Type": "application/json", "Origin": f"http://{HOST}:{port}"}
    try:
        with closing(http.client.HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
            connection.request(method, path, json.dumps(said) if said else None, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
    except OSError:
        return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
