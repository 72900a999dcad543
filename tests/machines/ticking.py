"""A worker that does one thing each second instead of the clock's work, by the same lease.

`python -m tests.machines.ticking EVERY LENGTH`: what it does is write a row with the machine's name. While there is a
file `hold` in the instance folder, it stands still between the row and its commit, and says so with a file `held`.
"""

import signal
import sys
import threading
import time
from datetime import timedelta

from huey.consumer import Scheduler

from hcpov import config, schedule
from hcpov.app import create_app
from hcpov.extensions import db, huey
from hcpov.ops import actions, lease
from hcpov.pages.models import Purge
from hcpov.serving.worker import Worker


@huey.periodic_task(lambda _now: True)
@lease.once
def tick() -> None:
    """Writes down who did it."""
    settings = config.current()
    db.session.add(Purge(subjects=[f"tick {settings.server_name}"]))
    db.session.flush()
    while (settings.instance / "hold").exists():
        (settings.instance / "held").touch()
        time.sleep(0.02)
    db.session.commit()


if __name__ == "__main__":
    lease.EVERY, actions.LENGTH = float(sys.argv[1]), timedelta(seconds=float(sys.argv[2]))
    Scheduler.periodic_task_seconds = 1
    for task in schedule.PERIODIC:
        huey._registry.unregister(task.task_class)
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    worker = Worker(create_app())
    worker.begin()
    told.wait()
    worker.end()
