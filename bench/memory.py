"""How much memory web and worker hold after load, each process by its proportional set size (PSS).

`.venv/bin/python -m bench.memory [SECONDS]`, 8 by default for each kind of load, runs `hcpov serve` with its two web
processes and its worker, lets readers, members and commenters ask by turns, and a code be drawn and spoken.
Prints each process before and after, and a JSON line; ends with 1 when all together hold more than 160 MB (of a million
bytes) afterwards. Linux shares out what processes have in common: the sum is what the machine lacks.
"""

import sys
import time

from bench import commenting, load, processes, report, site
from bench.load import Target
from bench.report import Budget
from bench.site import Site
from tests.forms import hidden
from tests.live import serving, signed_in

ALLOWED = 160
COMMENTS = 300
SETTLE = 2  # seconds, for what is freed late


def main(seconds: int = 8) -> int:
    """Measures, prints, and returns the exit code."""
    with site.made() as made, serving(made.settings, HCPOV_PROXIES="1") as address:
        pids = processes.below("hcpov.cli serve")
        load.once(address + "/", {})
        before = {pid: processes.pss(pid) for pid in pids}
        asked = _load(made, address, pids, seconds)
        time.sleep(SETTLE)
        after = {pid: processes.pss(pid) for pid in processes.below("hcpov.cli serve")}
        rows = [(_kind(pid, pids), before.get(pid, 0.0), after[pid]) for pid in after]
    rows.append(("together", sum(before.values()), sum(after.values())))
    print(f"After {asked:,} requests. {report.SHARED}\n")
    report.table(("process", "before MB", "after MB"), rows)
    budgets = [Budget("web and worker, PSS after load", rows[-1][2], ALLOWED, " MB", at_most=True)]
    return report.close(
        "memory", budgets, requests=asked, rows=[(name, round(a, 1), round(b, 1)) for name, a, b in rows]
    )


def _load(made: Site, address: str, pids: list[int], seconds: int) -> int:
    """Asks as readers, members and commenters do; returns how often."""
    cookie = {"Cookie": signed_in(address, {"email": made.member.email, "password": made.member.password})}
    posts = made.posts()
    paths = [made.post, "/", posts[1][1], "/feed.atom", f"{made.post}history"]
    targets = [Target(path, address + path, {"Accept-Encoding": "br, gzip"}) for path in paths]
    targets += [Target(f"member {path}", address + path, cookie) for path in (made.post, "/")]
    load.in_turns(targets, 1, max(1, round(seconds * 2 / len(targets))))
    numbers = iter(range(1, 1 << 24))
    said = 0
    for way, post in zip(commenting.WAYS, posts[2:], strict=False):
        each = commenting.prepared(made, address, way, post, COMMENTS, numbers)
        commenting.send(each, address, pids)
        said += len(each.said)
        for _ in range(20):
            token = hidden(load.once(f"{address}/captcha?for={post[0]}", {})[2].decode())
            assert load.once(f"{address}/captcha/{token}/audio", {})[0] == 200
    return sum(target.requests for target in targets) + said + 80


def _kind(pid: int, pids: list[int]) -> str:
    return dict(zip(pids, ("keeper", "worker, which leads the web"), strict=False)).get(pid, "web")


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
