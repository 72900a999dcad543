"""Web, worker and database are killed in turn while eight people comment: is every acknowledged comment there, once?

`.venv/bin/python -m bench.hardship [--postgres] [ROUNDS]`, 50 by default, runs the real site, web and worker in
processes of their own, on SQLite, or on a PostgreSQL server of its own. Each round kills one of the three with SIGKILL
at a moment of chance: the web server whole or one of its processes, the worker, the database. SQLite has no process:
web and worker are killed at once, in the middle of writes. What died is started again, as systemd would. People send
the same form again until an answer came. At each tenth round and at the end every acknowledged comment must be there
once with its words, on its page too; posts must count theirs; `PRAGMA integrity_check`, or `pg_amcheck`, must find
nothing; and of each comment each reader of its thread must have one letter. What was killed loses nothing that the
kernel had taken: a machine that loses its power is not measured. Prints a table and a JSON line; ends with 1 when
anything is lost, doubled or wrong.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import report
from bench.report import Budget
from tests.hardship import cluster, rounds
from tests.hardship.conftest import own_site

SEED = 20261122


def main(times: int, postgres: bool) -> int:
    """Kills, prints, and returns the exit code."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(cluster.made()) if postgres else None
        app, settings = stack.enter_context(own_site(folder, server))
        outcome = rounds.run(app, settings, server, times, SEED, lambda line: print(line, file=sys.stderr, flush=True))
    heard = outcome.heard
    print(f"{times} rounds on {'PostgreSQL' if postgres else 'SQLite'}, eight people commenting. {report.SHARED}\n")
    report.table(
        ("killed", "times", "whole again s, p50", "worst"),
        [(what, len(each), median(each), max(each)) for what, each in outcome.seconds.items()],
    )
    print(f"Acknowledged: {len(heard.sent):,} comments. Read by a stranger right afterwards: {heard.looks:,}.")
    print("Sent again:", ", ".join(f"{number:,} x {why}" for why, number in heard.again.most_common()) or "none")
    print("\n".join(outcome.wrong[:10]) or "Each of them is there once, and nothing is wrong.", "\n", sep="")
    budgets = [
        Budget("kills", outcome.kills.total(), times),
        Budget("lost, doubled or wrong", len(outcome.wrong), 0, at_most=True),
        Budget("sent and never acknowledged", len(heard.begun) - len(heard.sent), 0, at_most=True),
    ]
    again, seconds = (
        dict(heard.again),
        {what: [round(each, 2) for each in all_] for what, all_ in outcome.seconds.items()},
    )
    facts = {"database": "postgresql" if postgres else "sqlite", "comments": len(heard.sent), "looks": heard.looks}
    return report.close("hardship", budgets, **facts, again=again, seconds=seconds, starts=outcome.starts)


if __name__ == "__main__":
    words = [each for each in sys.argv[1:] if each != "--postgres"]
    sys.exit(main(int(words[0]) if words else 50, "--postgres" in sys.argv))
