"""An upgrade that does not succeed leaves everything as before; after a power cut the next command sets it right.

A kill of its process alone: `test_kills.py`.
"""

import os
import signal
import subprocess
import zipfile
from pathlib import Path

import pytest

from hcpov.ops import revisions
from hcpov.ops.upgrades import locks
from tests.live import answers, wait_until
from tests.ops.upgrades.conftest import MOOD, Home
from tests.serving.watching import below

NEW = Path("releases/0.2.0-new")
MIGRATION = NEW / "hcpov/migrations/versions/2027_01_01_mood.py"
MAKES = '    op.create_table("mood"'


def _change(file: Path, old: str, new: str) -> None:
    words = file.read_text()
    assert old in words
    file.write_text(words.replace(old, new, 1))


def _fails_half_way(home: Home) -> None:
    _change(
        home.folder / MIGRATION,
        '    op.execute("INSERT',
        '    op.execute("DELETE FROM comment")\n    op.execute("INSERT nothing',
    )


def _fails_on_the_sites_own_tables(home: Home) -> None:
    """The copy lies in a folder that is named for it."""
    words = '    import os\n    assert "restoring-" in os.environ["HCPOV_INSTANCE"], "not here"\n'
    _change(home.folder / MIGRATION, '    op.execute("INSERT', words + '    op.execute("INSERT')


def _does_not_start(home: Home) -> None:
    _change(home.folder / NEW / "hcpov/serving/place.py", "import errno\n", "import errno\nimport no_such_package\n")


def _does_not_start_on_the_sites_own_tables(home: Home) -> None:
    words = 'import errno\nimport os\n\nassert ".upgrade-try-" not in os.environ["HCPOV_INSTANCE"], "not on these"\n'
    _change(home.folder / NEW / "hcpov/serving/place.py", "import errno\n", words)


def _has_no_home_page(home: Home) -> None:
    (home.folder / NEW / "templates/blog/home.html").unlink()


def _has_two_heads(home: Home) -> None:
    words = (home.folder / MIGRATION).read_text().replace(MOOD, "20270102_other")
    (home.folder / MIGRATION).with_name("2027_01_02_other.py").write_text(words)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_fails_half_way, "could not be brought to"),
        (_fails_on_the_sites_own_tables, "not here"),
        (_does_not_start, "no_such_package"),
        (_does_not_start_on_the_sites_own_tables, "not on these"),
        (_has_no_home_page, "answers / with 500"),
        (_has_two_heads, "2 newest migrations"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_everything_is_as_before(home: Home, broken: object, told: str) -> None:
    assert callable(broken)
    broken(home)
    before = home.state()
    code, said = home.run("upgrade", "0.2.0")
    assert code == 1 and told in said, said
    assert "Nothing was changed." in said or "Everything is as it was before." in said
    assert home.state() == before
    assert not (home.instance / "upgrade.json").exists()
    assert not list(home.instance.glob("restoring-*")) and not list(home.instance.glob(".upgrade-try-*"))


def test_a_service_that_does_not_come_up_again_is_put_back(home: Home) -> None:
    """The new version starts when it is tried, and not as the service: only the link tells the two apart."""
    home.service()
    wait_until(lambda: answers(home.port))
    words = 'import errno\nimport os\nif not os.environ.get("HCPOV_PAGES_MB"):\n    raise ImportError("no service")\n'
    _change(home.folder / NEW / "hcpov/serving/place.py", "import errno\n", words)
    _change(home.folder / "hcpov/ops/upgrades/services.py", "SECONDS = 60", "SECONDS = 15")
    before = home.state()
    code, said = home.run("upgrade", "0.2.0")
    assert code == 1 and "/readyz" in said and "as it was before" in said, said
    assert home.state() == before
    wait_until(lambda: answers(home.port))


def _left_by_all(process: "subprocess.Popen[str]") -> None:
    """Kills an upgrade, with whoever stands by first: a power cut."""
    for pid in [*(each for each in below(process.pid) if "standby" in _words(each)), process.pid]:
        os.kill(pid, signal.SIGKILL)


def _words(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_the_next_upgrade_and_the_next_start_go_on_after_a_kill(home: Home) -> None:
    for start in (["serve"], ["upgrade", "0.2.0"]):
        with home.started("upgrade", "0.2.0") as process:
            assert process.stdout
            for said in process.stdout:
                if said.startswith("Trying it on the site's own"):
                    break
            _left_by_all(process)
        wait_until(lambda: not locks.is_under_way(home.instance), 60)
        assert home.revision == MOOD
        with home.started(*start) as process:
            assert process.stdout
            first = process.stdout.readline()
            assert "was killed on its way" in first and "put back" in first, first
            if start == ["serve"]:
                wait_until(lambda: answers(home.port))
                assert home.revision == revisions.head()
                process.terminate()
            process.communicate(timeout=200)
    assert process.returncode == 0 and home.revision == MOOD and home.code.name == "0.2.0-new"


def test_two_at_once_are_refused(home: Home) -> None:
    with home.started("upgrade", "0.2.0") as first:
        assert first.stdout
        first.stdout.readline()
        code, said = home.run("upgrade", "0.2.0")
        assert code == 1 and f"process {first.pid}" in said and "Wait until it is over" in said, said
        first.communicate(timeout=600)
    assert first.returncode == 0


def test_what_is_no_source_is_refused(home: Home, tmp_path: Path) -> None:
    wheel, archive = tmp_path / "hcpov-0.2.0-py3-none-any.whl", tmp_path / "other.zip"
    for file in (wheel, archive):
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("hcpov/cli.py", "")
    (tmp_path / "broken.tar.gz").write_bytes(b"\x1f\x8b no")
    before = home.state()
    for source, told in {
        str(wheel): "is a wheel",
        str(archive): "templates/base.html",
        str(tmp_path / "broken.tar.gz"): "cannot be unpacked",
        str(tmp_path): "setup.cfg",
        "v9.9": "no folder, no file and no release",
    }.items():
        code, said = home.run("upgrade", source)
        assert code == 1 and told in said and "Nothing was changed." in said, said
    assert home.state() == before
