"""How long a reader waits while strangers try passwords: eight at once, all of them wrong.

`.venv/bin/python -m bench.flood [ROUNDS SECONDS]`, 4 and 4 by default, runs `hcpov serve`, and lets a reader ask fifty
times a second, over connections that stay open, for a page that is kept and for one that is rendered each time
(`?reply=`): quiet and beside the flood, by turns. A stranger waits for the answer before the next try, and each try is
hashed: no limit on tries is in the way. Prints a table and a JSON line; ends with 1 when the reader's 95th percentile
beside the flood is more than twice the quiet one. Strangers are a process of their own: in the reader's, what they
have to do would stand in the reader's way before anything was asked.
"""

import http.client
import multiprocessing
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from statistics import quantiles
from urllib.parse import urlencode

from bench import load, report, site
from bench.load import FORM
from bench.report import Budget
from tests.live import serving

STRANGERS = 8
TIMES = 2
EVERY = 0.02  # seconds between two looks of the reader
LINES = 4  # connections of the reader, so that each web worker answers some
PROCESSES = multiprocessing.get_context("fork")


@dataclass
class Reader:
    """What a reader asks for, and how long it took: quiet, and beside the flood."""

    what: str
    path: str
    quiet: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)


@dataclass
class Flood:
    """What the strangers got: answers by status, and the seconds they had."""

    answers: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0


def main(rounds: int = 4, seconds: float = 4) -> int:
    """Measures, prints, and returns the exit code."""
    flood = Flood()
    with site.made() as made, serving(made.settings) as address:
        page = load.once(address + made.post, {})[2].decode()
        comment = re.findall(r'id="comment-(\d+)"', page)[0]
        readers = [Reader("kept page", made.post), Reader("rendered page", f"{made.post}?reply={comment}")]
        for number in range(rounds + 1):
            for reader in readers:
                quiet = _read(address, reader.path, seconds if number else 1)
                with _flooded(address, made.member.email, flood):
                    beside = _read(address, reader.path, seconds if number else 1)
                if number:  # the first round warms up
                    reader.quiet += quiet
                    reader.beside += beside
    tried = sum(flood.answers.values())
    print(
        f"{STRANGERS} strangers at once: {tried / flood.seconds:.0f} wrong passwords a second; answers {flood.answers}."
    )
    print(f"{report.SHARED}\n")
    rows, budgets = [], []
    for reader in readers:
        quiet, beside = _percentiles(reader.quiet), _percentiles(reader.beside)
        rows += [(f"{reader.what}, quiet", *quiet), (f"{reader.what}, beside the flood", *beside)]
        budgets.append(Budget(f"{reader.what}: p95 beside", beside[1] / quiet[1], TIMES, " x quiet", at_most=True))
    report.table(("", "p50 ms", "p95 ms", "p99 ms"), rows)
    return report.close("flood", budgets, rows=rows, tried=tried, answers=flood.answers)


def _read(address: str, path: str, seconds: float) -> list[float]:
    """Asks at fixed times; returns how long each answer took, in milliseconds from when it should have been asked."""
    lines = [http.client.HTTPConnection(address.removeprefix("http://"), timeout=30) for _ in range(LINES)]
    taken = []
    begun = time.perf_counter()
    for number, line in enumerate(cycle(lines)):
        due = begun + number * EVERY
        if max(due, time.perf_counter()) > begun + seconds:
            break
        time.sleep(max(0.0, due - time.perf_counter()))
        # Who is late because the last answer was late asks at once; that wait is not counted twice.
        asked = time.perf_counter()
        line.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        answer = line.getresponse()
        answer.read()
        taken.append((time.perf_counter() - asked) * 1000)
        assert answer.status == 200, answer.status
    for line in lines:
        line.close()
    return taken


@contextmanager
def _flooded(address: str, email: str, flood: Flood) -> Iterator[None]:
    """Lets strangers try passwords until the end."""
    over = PROCESSES.Event()
    hears, says = PROCESSES.Pipe(duplex=False)
    strangers = PROCESSES.Process(target=_strangers, args=(address, email, over, says))
    begun = time.perf_counter()
    strangers.start()
    says.close()  # so that to hear of a killed one fails, and does not wait
    time.sleep(0.2)
    try:
        yield
    finally:
        over.set()
        for status, number in hears.recv().items():
            flood.answers[status] = flood.answers.get(status, 0) + number
        strangers.join()
        flood.seconds += time.perf_counter() - begun


def _strangers(address: str, email: str, over: Event, says: Connection) -> None:
    """Tries until it is over, and then says how often each status was the answer."""
    with ThreadPoolExecutor(STRANGERS) as each:
        tried = list(each.map(lambda _: _try(address, email, over), range(STRANGERS)))
    says.send(sum(tried, Counter()))


def _try(address: str, email: str, over: Event) -> Counter[int]:
    answers: Counter[int] = Counter()
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)) as line:
        while not over.is_set():
            line.request("POST", "/sign-in", urlencode({"email": email, "password": "not this one"}), FORM)
            answer = line.getresponse()
            answer.read()
            answers[answer.status] += 1
    return answers


def _percentiles(taken: list[float]) -> tuple[float, float, float]:
    found = quantiles(taken, n=100)
    return found[49], found[94], found[98]


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
