"""A worker that is killed while it sends: who has the message, and who has it twice.

`.venv/bin/python -m bench.kills [KILLS] [MESSAGES]`, 50 and 1,000 by default, runs real workers and an SMTP server on
loopback, and kills each worker with SIGKILL at any moment. A message may come twice only where the relay had taken it
and the worker was killed before it was marked; those moments are counted apart, by looking at the outbox and at the
server after each kill. The lease of a killed worker's message is ended at once, which else takes twenty minutes. Prints
a table and a JSON line; ends with 1 when anybody went without, or had it twice for another reason.
"""

import json
import sys
import tempfile
from pathlib import Path

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.ops.schema import upgrade
from tests.mail import kills
from tests.post_office import open_post_office

SLOW = 0.005  # seconds that the relay takes to say yes, as one on another machine does


def main(times: int, messages: int) -> int:
    """Counts, prints, and returns the exit code."""
    with tempfile.TemporaryDirectory() as folder, open_post_office() as office:
        settings = Settings(instance=Path(folder), secret_key="k" * 40, rate_limits="off")
        app = create_app(settings)
        with app.app_context():
            upgrade()
        office.slow = SLOW
        outcome = kills.run(app, settings, office, messages, times, seed=20261122)
    without = messages - len(outcome.arrived)
    twice = sum(outcome.repeated.values())
    unexplained = sum((outcome.repeated - outcome.in_the_window).values())
    ids = all(len(each) == 1 for each in outcome.ids.values())
    facts = {
        "messages": messages,
        "kills": outcome.kills,
        "killed with a message in hand": outcome.on_their_way,
        "of these taken and not marked: the window": sum(outcome.in_the_window.values()),
        "addresses without their message": without,
        "repeats": twice,
        "repeats outside the window": unexplained,
        "repeats with the same Message-ID": "all" if ids else "not all",
        "seconds": round(outcome.seconds, 1),
    }
    for what, value in facts.items():
        print(f"{what:44} {value}")
    print(json.dumps(facts))
    return 1 if without or unexplained or not ids else 0


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(main(*(given + [50, 1000][len(given) :])))
