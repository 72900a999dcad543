"""Who stands by: a small process beside an upgrade, which sets right at once what one leaves that was killed.

Without it the tables could be those of the new version while the old one runs, which then takes no words until somebody
looks. It waits at a pipe that ends with the upgrade, in a session of its own: what is sent to a terminal's processes
does not reach it. It is whoever started the upgrade, for link and services may be root's.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

DONE = b"done"
NAME = "hcpov.ops.upgrades.standby"
_MEND = "from hcpov.ops.upgrades import terminal; terminal.mend()"


@contextmanager
def posted(root: str) -> Iterator[None]:
    """Has a process of the code in `root` stand by what is done here; it goes when that ends in any other way."""
    words = [sys.executable, "-m", NAME]
    with subprocess.Popen(words, cwd=root, stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield
        finally:
            process.communicate(DONE)


def wait() -> None:
    """Waits for the end of an upgrade; should it have been killed, becomes what sets right what it left."""
    if sys.stdin.buffer.read() != DONE:
        os.execv(sys.executable, [sys.executable, "-c", _MEND])  # noqa: S606  # no shell


if __name__ == "__main__":
    wait()
