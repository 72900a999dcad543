"""All measurements of the budgets, one after another, and what they said in one page.

`.venv/bin/python -m bench.results [NAME…]` runs those named, or all of BUDGETED, and writes bench/RESULTS.md: the day,
the machine, a table of budgets with their figures, and each measurement's own words. A page that names only some
is printed and not kept. Ends with 1 when a budget is missed or a measurement failed.
"""

import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcpov import clock, config

BUDGETED = ("reading", "members", "commenting", "growth", "first_view", "memory", "start", "flood", "lighthouse")
# These belong to one decision each, and are run by whoever changes what it decided.
APART = (
    "announcements",
    "captcha",
    "captcha_listeners",
    "captcha_readers",
    "captcha_voices",
    "data",
    "first_render",
    "hardship",
    "identifiers",
    "isso",
    "kills",
    "people",
    "results",
    "rounds",
)
PAGE = Path(__file__).with_name("RESULTS.md")
# What a measurement without budgets in its JSON line is held to: its own exit code, and these words for the figure.
WORDS = {
    "growth": ("a page with 100,000 posts and 1,000,000 comments, the worst", "≤ 1.2 x with 200 posts", "worst_ratio")
}


@dataclass(frozen=True)
class Ran:
    """One measurement as it ran: what it printed, what its JSON line holds, its exit code."""

    name: str
    printed: str
    facts: dict[str, Any]
    code: int
    seconds: float

    def rows(self) -> Iterator[str]:
        """Yields the rows of the table of budgets."""
        verdict = "met" if self.code == 0 else "missed"
        if not self.facts:
            yield f"| {self.name} | | it failed with {self.code} | missed |"
        for each in self.facts.get("budgets", []):
            figure = f"{each['figure']:,.0f}" if each["figure"] >= 100 else f"{each['figure']:.3g}"
            met = "met" if each["met"] else "missed"
            yield f"| {self.name}: {each['what']} | {each['wanted']} | {figure}{each['unit']} | {met} |"
        if self.facts and "budgets" not in self.facts:
            what, wanted, key = WORDS.get(self.name, (self.name, "", ""))
            yield f"| {self.name}: {what} | {wanted} | {self.facts.get(key, '')} | {verdict} |"


def main(names: tuple[str, ...]) -> int:
    """Runs measurements, writes the page, and returns the exit code."""
    ran = [_run(name) for name in names or BUDGETED]
    page = "\n".join(_page(ran))
    if names:
        print(page)
    else:
        PAGE.write_text(page, encoding="utf-8")
        print(f"\nWritten: {PAGE.relative_to(config.ROOT)}")
    return int(any(each.code for each in ran))


def _run(name: str) -> Ran:
    """Runs one measurement, and shows what it prints while it does."""
    print(f"\n== {name} ==\n", flush=True)
    begun, lines = time.perf_counter(), []
    command = [sys.executable, "-m", f"bench.{name}"]
    with subprocess.Popen(command, cwd=config.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    last = lines.pop() if lines and lines[-1].startswith("{") else "{}"
    return Ran(name, "".join(lines).strip("\n"), json.loads(last), process.returncode, time.perf_counter() - begun)


def _page(ran: list[Ran]) -> Iterator[str]:
    yield "# Measured"
    yield ""
    yield f"`make bench` wrote this on {clock.now():%Y-%m-%d}. Client and servers shared the cores of one machine."
    yield ""
    yield from (f"- {what}: {value}" for what, value in _machine())
    yield ""
    yield "| what | budget | figure | |"
    yield "| --- | --- | --- | --- |"
    for each in ran:
        yield from each.rows()
    for each in ran:
        yield from ("", f"## {each.name}", "", f"`python -m bench.{each.name}`, {each.seconds:.0f} s", "")
        yield from ("```text", each.printed, "```")
    yield ""


def _machine() -> Iterator[tuple[str, str]]:
    yield "cores", f"{os.cpu_count()}, load {os.getloadavg()[2]:.1f} over the last 15 minutes"
    yield "memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.1f} GB"
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    yield "processor", cpu[1] if cpu else platform.machine()
    yield "Python", platform.python_version()
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    yield "nginx", said.strip().rpartition("/")[2]
    yield "SQLite", sqlite3.sqlite_version


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
