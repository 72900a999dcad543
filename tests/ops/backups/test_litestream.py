"""Back to a minute between two comments, with the real Litestream."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hcpov import clock
from hcpov.config import ROOT
from hcpov.ops.backups import litestream, restoring, sqlite
from hcpov.ops.backups.refusals import Refused
from tests.conftest import POSTGRES
from tests.live import wait_until
from tests.ops.backups.conftest import Own
from tests.ops.backups.test_restoring import command, left

PROGRAM = Path(sys.executable).parent / "litestream"
pytestmark = [
    pytest.mark.skipif(bool(POSTGRES), reason="Litestream copies SQLite"),
    pytest.mark.skipif(not PROGRAM.exists() and not os.environ.get("CI"), reason="Litestream is not installed"),
]


@contextmanager
def replicating(own: Own) -> Iterator[None]:
    """Runs Litestream beside the site, as the file in deploy/ has it."""
    config = own.settings.instance / litestream.NAME
    config.write_bytes((ROOT / "deploy" / "litestream.yml").read_bytes())
    with (own.folder.parent / "litestream.log").open("ab") as log:
        process = subprocess.Popen(
            [PROGRAM, "replicate", "-config", config],
            env=os.environ | {"HCPOV_INSTANCE": str(own.settings.instance)},
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0


def copied(own: Own, body: str) -> bool:
    """Says whether Litestream's newest copy has a comment; an empty one asks whether there is a copy."""
    to = own.folder.parent / "look.sqlite3"
    to.unlink(missing_ok=True)
    config = own.settings.instance / litestream.NAME
    words = [PROGRAM, "restore", "-config", config, "-o", to, own.settings.instance / "hcpov.sqlite3"]
    environment = os.environ | {"HCPOV_INSTANCE": str(own.settings.instance)}
    if subprocess.run([str(each) for each in words], env=environment, capture_output=True).returncode:
        return False
    with sqlite.opened(to) as connection:
        return (body,) in [("",), *connection.execute("SELECT body FROM comment")]


def whole_second() -> datetime:
    """Returns the first whole second from now on, when it has come."""
    moment = (clock.now() + timedelta(seconds=1)).replace(microsecond=0)
    wait_until(lambda: clock.now() >= moment)
    return moment


def test_the_first_comment_is_there_and_the_second_is_not(own: Own) -> None:
    post = own.make.post()
    with replicating(own):
        own.make.comment(post, "The first.")
        wait_until(lambda: copied(own, "The first."))
        between = whole_second()
        own.make.comment(post, "The second.")
        wait_until(lambda: copied(own, "The second."))
        own.close()
        there = f"{between.astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M:%S}"
        refused = command(own, "restore", "--to", there)
        assert refused.stderr == (
            "Error: Another program has the database open. Stop it, and Litestream too, then restore.\n"
        )
    dry = command(own, "restore", "--to", there, "--dry-run")
    assert "It had 1 posts, 1 comments. Nothing was changed." in dry.stdout, dry.stderr
    done = command(own, "restore", "--to", there)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"To {between:%Y-%m-%d %H:%M:%S} UTC, which is {there} in America/New_York.\n")
    assert own.bodies() == ["The first."] and len(left(own)) == 1
    with replicating(own):  # it begins anew with the database that is there now
        own.make.comment(post, "The third.")
        wait_until(lambda: copied(own, "The third."))
        third = whole_second()
    own.make.comment(post, "The fourth.")
    own.close()
    restoring.go_back(own.settings, third)
    assert own.bodies() == ["The first.", "The third."]


def test_a_moment_before_the_copies_is_refused(own: Own) -> None:
    own.make.post()
    with replicating(own):
        wait_until(lambda: copied(own, ""))
    own.close()
    with pytest.raises(Refused, match=r"do not reach back to 2013-01-28 .* Restore a backup of that day"):
        restoring.go_back(own.settings, datetime.fromisoformat("2013-01-28T10:00:00+00:00"))
    (own.settings.instance / litestream.NAME).unlink()
    with pytest.raises(Refused, match=r"Litestream is not set up: .* Take deploy/litestream\.yml"):
        restoring.go_back(own.settings, clock.now())
    assert left(own) == []
