"""An upgrade of a running site, killed at each of its steps: whoever stood by sets it right, and nobody has to look."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hcpov.ops.upgrades import locks
from tests.conftest import POSTGRES
from tests.live import answers, get, wait_until
from tests.ops.upgrades.conftest import MOOD, Home, copied, source
from tests.ops.upgrades.writer import Writer

OPS = "hcpov/ops/upgrades"
WRITTEN_DOWN = f"{OPS}/journal.py:write:return"
ANSWERED = f"{OPS}/program.py:_asked:return"
CHILD = "subprocess.py:communicate:call"

BEFORE = {
    "the backup is there": "hcpov/ops/backups/taking.py:take:return",
    "the database is copied": f"{OPS}/going.py:_copied:return",
    "the copy is tried": ANSWERED,
    "writers are held": f"{OPS}/moving.py:_kept:call",
    "the tables are kept": f"{OPS}/tables.py:keep:return",
    "it is written down": WRITTEN_DOWN,
    "a child changes the tables": f"{WRITTEN_DOWN}>{CHILD}",
    "the tables are changed": f"{WRITTEN_DOWN}>{OPS}/program.py:tables:return",
    "the site's tables are tried": f"{WRITTEN_DOWN}>{ANSWERED}",
}
AFTER = {
    "the link is switched": f"{OPS}/releases.py:use:return",
    "the service is restarted": f"{OPS}/services.py:restart:call>{CHILD}",
    "the service is ready": f"{OPS}/moving.py:_close:call",
    "all but tidying is done": f"{OPS}/moving.py:_close:return",
}
# Where it matters which database there is.
if POSTGRES:
    BEFORE = {each: BEFORE[each] for each in ("the copy is tried", "the tables are kept", "the tables are changed")}
    AFTER = {each: AFTER[each] for each in ("the link is switched",)}


class Sites:
    """A running site for tests that follow each other, made anew for the next when one has left the old version."""

    def __init__(self, installed: Home, folder: Path) -> None:
        self._installed, self._folder, self._number = installed, folder, 0
        self._site: Home | None = None

    def old(self) -> Home:
        """Returns a running site on the old version."""
        if self._site is None or self._site.code != self._site.folder:
            self.stop()
            self._number += 1
            self._site = copied(self._installed, self._folder / f"site-{self._number}")
            self._site.service()
            wait_until(lambda: answers(self._site.port if self._site else 0))
        return self._site

    def stop(self) -> None:
        """Stops the site."""
        if self._site:
            self._site.stop()


@pytest.fixture(scope="module")
def sites(installed: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Where the running site comes from."""
    made = Sites(installed, tmp_path_factory.mktemp("kills"))
    yield made
    made.stop()


def _unwritten(home: Home) -> dict[str, object]:
    """Returns what an upgrade changes, and no writer does."""
    state = home.state()
    return {name: state[name] for name in ("revision", "tables", "link", "releases")}


def _of(home: Home) -> list[str]:
    """Returns the processes of the site that are not its service's: none may be left."""
    service = int((home.folder / "service" / "pid").read_text())
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and os.getsid(int(each.name)) != service:
                words = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [words] if f"{home.folder}/" in words else []
        except OSError:  # it has ended
            continue
    return found


def _killed(home: Home, app: Flask, moment: str, source: str) -> Writer:
    """Kills an upgrade while somebody writes, and returns who did, once they were heard again."""
    with Writer(home, app) as writer:
        code, said = home.run("upgrade", source, kill=moment)
        assert code == -signal.SIGKILL and "upgrade was killed" in said, said
        taken = len(writer.taken)
        wait_until(lambda: len(writer.taken) > taken)
    assert writer.told <= {0, 303, 503}, writer.told
    assert not locks.is_under_way(home.instance) and not (home.instance / "upgrade.json").exists()
    assert not list(home.instance.glob("restoring-*")) and not list(home.instance.glob(".upgrade-try-*"))
    try:
        wait_until(lambda: not _of(home))
    except AssertionError:
        raise AssertionError(_of(home)) from None
    assert get(home.address, "/readyz")[0] == get(home.address, "/")[0] == 200
    assert set(writer.taken) <= set(home.asked("SELECT body FROM comment"))
    return writer


@pytest.mark.parametrize("moment", BEFORE.values(), ids=BEFORE)
def test_before_the_switch_the_old_version_takes_words_again(sites: Sites, app: Flask, moment: str) -> None:
    """Each of these begins where the one before was killed, and comes as far as the next step at least."""
    home = sites.old()
    before = _unwritten(home)
    writer = _killed(home, app, moment, "0.2.0")
    assert _unwritten(home) == before
    assert 0 not in writer.told, "the service was started anew"


@pytest.mark.parametrize("moment", AFTER.values(), ids=AFTER)
def test_after_the_switch_the_new_version_takes_words(sites: Sites, app: Flask, moment: str) -> None:
    home = sites.old()
    _killed(home, app, moment, "0.2.0")
    assert home.code.name == "0.2.0-new" and home.revision == MOOD
    assert home.asked("SELECT count(*) FROM mood") == home.asked("SELECT count(*) FROM post")
    code, said = home.run("upgrade", "--dry-run")
    assert code == 0 and "nothing to change" in said, said


def test_what_was_half_installed_goes_and_the_next_upgrade_comes_to_its_end(
    sites: Sites, app: Flask, tmp_path: Path
) -> None:
    home, new = sites.old(), source(tmp_path / "new", "0.3.0")
    before = _unwritten(home)
    _killed(home, app, f"{OPS}/installing.py:_environment:call>{CHILD}", str(new))
    assert _unwritten(home) == before
    with Writer(home, app) as writer:
        code, said = home.run("upgrade", "0.2.0")
        assert code == 0, said
        taken = len(writer.taken)
        wait_until(lambda: len(writer.taken) > taken)
    assert home.code.name == "0.2.0-new" and set(writer.taken) <= set(home.asked("SELECT body FROM comment"))
