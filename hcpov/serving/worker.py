"""What is done beside the requests, in threads of the leading process, which would else have nothing to do."""

import logging
from threading import Event, Thread

from flask import Flask
from huey.consumer import Consumer

from hcpov.extensions import huey
from hcpov.mail import tasks as mail
from hcpov.ops import lease
from hcpov.pages import tasks as pages
from hcpov.schedule import AT_START, PERIODIC, WITH_THE_LEASE

# Told to stop, the worker finishes what it began: a message that was taken and not marked would be sent again.
CONSUMER = {"workers": 1, "max_delay": 1.0, "shutdown_timeout": 10}
LAST_MAIL = 8  # seconds for a message that is on its way
AGAIN = 5  # seconds after a beginning that failed

log = logging.getLogger(__name__)


class Hosted(Consumer):  # type: ignore[misc]
    """Huey's consumer in a process that hears the signals itself."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    """The queue and the clock by `consumer`, mail, pages that are over, and the lease."""

    def __init__(self, app: Flask) -> None:
        self.app, self.stopped, self.is_running = app, Event(), False
        self.consumer = Hosted(huey, **CONSUMER)
        self.sender: Thread | None = None
        self.follower: pages.Follower | None = None
        self.holder: lease.Holder | None = None
        self.thread: Thread | None = None

    def begin(self) -> None:
        """Begins, in threads of its own."""
        self.thread = Thread(target=self._work, name="worker")
        self.thread.start()

    def end(self) -> None:
        """Stops those threads, if they have begun; a task and a message that are on their way are finished first."""
        self.stopped.set()
        self.consumer.stop_flag.set()
        if self.thread:
            self.thread.join(AGAIN)
        if self.is_running:
            self.consumer.stop(graceful=True)
        lease.end(self.holder)
        pages.end(self.follower)
        if self.sender:
            mail.end(self.sender, LAST_MAIL)

    def _work(self) -> None:
        while not self._caught_up():
            if self.stopped.wait(AGAIN):
                return
        if self.stopped.is_set():
            return
        log.info("The worker does %s things by the clock, and sends mail.", len(PERIODIC))
        self.sender, self.follower = mail.begin(self.app), pages.begin(self.app)
        self.holder = lease.begin(self.app, WITH_THE_LEASE)
        self.is_running = True
        self.consumer.run()

    def _caught_up(self) -> bool:
        """Does what came due while nothing ran. False where that fails: a database may be away."""
        try:
            with self.app.app_context():
                for task in AT_START:
                    task()
        except Exception:
            log.exception("the worker cannot begin yet")
            return False
        return True
