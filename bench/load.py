"""Load on loopback: wrk for pages, in turns, so that what is compared is measured in the same minutes."""

import http.client
import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from bench import processes

THREADS, CONNECTIONS = 2, 16
SCRIPT = Path(__file__).with_name("done.lua")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KINDS = {"br, gzip": "br", "plain": ""}


@dataclass
class Target:
    """Something that is asked: an address, what is sent with each request, and the processes that answer."""

    name: str
    url: str
    headers: Mapping[str, str]
    pids: Sequence[int] = ()
    requests: int = 0
    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)  # microseconds of the servers' cores for one request

    @property
    def rate(self) -> float:
        """Requests a second: the median of all rounds."""
        return median(self.rates)

    @property
    def row(self) -> tuple[object, ...]:
        """The row of a table under HEADS."""
        return self.name, self.rate, median(self.p50s), median(self.p99s), median(self.costs)


HEADS = ("", "requests/s", "p50 ms", "p99 ms", "server µs each")


def in_turns(targets: Sequence[Target], rounds: int, seconds: float) -> None:
    """Asks all targets in turn, round after round; the first round only warms up."""
    for number in range(rounds + 1):
        for target in targets:
            _ask(target, seconds if number else min(seconds, 1), keep=number > 0)


def once(
    url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Asks once, or posts `form`; returns status, headers with small names, and the body as it was sent."""
    address, _, path = url.removeprefix("http://").partition("/")
    with closing(http.client.HTTPConnection(address, timeout=30)) as connection:
        if form is None:
            connection.request("GET", f"/{path}", headers=dict(headers))
        else:
            connection.request("POST", f"/{path}", urlencode(form), dict(headers) | FORM)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def _ask(target: Target, seconds: float, *, keep: bool) -> None:
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{max(round(seconds), 1)}", "-s", str(SCRIPT)]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    before, began = processes.seconds(list(target.pids)), time.perf_counter()
    out = subprocess.run([*command, target.url], capture_output=True, text=True, check=True).stdout
    cost = processes.seconds(list(target.pids)) - before
    found = json.loads(out.splitlines()[-1])
    if found["bad"] or found["broken"] or not found["requests"]:
        raise RuntimeError(f"{target.name}: {found} after {time.perf_counter() - began:.0f} s")
    target.requests += found["requests"]
    if keep:
        target.rates.append(found["requests"] / found["seconds"])
        target.p50s.append(found["p50"])
        target.p99s.append(found["p99"])
        target.costs.append(cost / found["requests"] * 1e6)
