"""An upgrade of a running site, with its writers, and the way back."""

import subprocess
import tarfile
import zipfile
from pathlib import Path

from flask import Flask

from hcpov.ops import revisions
from tests.conftest import POSTGRES
from tests.live import answers, wait_until
from tests.ops.upgrades.conftest import MOOD, Home, source
from tests.ops.upgrades.writer import Writer

MIGRATION = "hcpov/migrations/versions/2027_01_01_mood.py"


def _pins(new: Path, name: str, version: str) -> None:
    """Lets a version need one package more, which pip finds beside its code if at all."""
    file = new / "requirements.txt"
    file.write_text(f"--no-index\n--find-links {new.parent}\n{file.read_text()}{name}=={version}\n")


def _wheel(folder: Path, name: str, version: str) -> None:
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        facts = f"{name}-{version}.dist-info"
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{facts}/RECORD", "")


def _archive(new: Path) -> str:
    file = new.with_suffix(".tar.gz")
    with tarfile.open(file, "w:gz") as archive:
        archive.add(new, new.name)
    return str(file)


def _tag(home: Home, new: Path, name: str) -> str:
    """Makes the site's folder a checkout that has a version under a name, as after `git fetch`."""
    who = ("-c", "user.name=A. Keeper", "-c", "user.email=keeper@example.org", "-c", "commit.gpgsign=false")
    git = ["git", "-C", str(home.folder), *who]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    for words in (("add", "-A"), ("commit", "-q", "-m", name), ("tag", name)):
        subprocess.run([*git, "--work-tree", str(new), *words], check=True)
    return name


def test_a_running_site_goes_to_another_version_and_back_and_nobodys_words_are_lost(home: Home, app: Flask) -> None:
    """From an archive on SQLite, from a tag on PostgreSQL; its pinned packages are others."""
    home.service()
    wait_until(lambda: answers(home.port))
    before = home.revision
    new = source(home.folder.parent / "new", "0.3.0")
    _wheel(new.parent, "night_rota", "1.0")
    _pins(new, "night_rota", "1.0")
    with Writer(home, app) as writer:
        code, said = home.run("upgrade", _tag(home, new, "v0.3.0") if POSTGRES else _archive(new))
    assert code == 0, said
    steps = ["From 0.1.0 to 0.3.0", MOOD, "Installing", "Taking a backup", "on a copy", "Holding writers", "Switching"]
    assert [said.index(each) for each in steps] == sorted(said.index(each) for each in steps), said
    assert home.code.name.startswith("0.3.0-") and home.revision == MOOD
    subprocess.run([str(home.code / ".venv/bin/python"), "-c", "import night_rota"], check=True)
    assert home.asked("SELECT count(*) FROM mood") == home.asked("SELECT count(*) FROM post")
    bodies = set(home.asked("SELECT body FROM comment"))
    assert writer.taken and set(writer.taken) <= bodies
    assert not bodies & set(writer.kept) and writer.told <= {0, 303, 503}, writer.told
    assert writer.kept, "no one wrote while the tables changed"
    assert len(list((home.instance / "backups").glob("hcpov-*.tar.gz"))) == 1
    with Writer(home, app) as writer:  # the new version takes words
        pass
    code, said = home.run("upgrade", "--back")
    assert code == 0, said
    assert "no row is lost" in said and home.code == home.folder and home.revision == before == revisions.head()
    assert set(writer.taken) <= set(home.asked("SELECT body FROM comment"))
    with Writer(home, app):
        pass


def test_a_version_whose_packages_cannot_be_had_is_refused(home: Home) -> None:
    new = source(home.folder.parent / "new", "0.3.0")
    _pins(new, "night_rota", "9.9")
    before = home.state()
    code, said = home.run("upgrade", str(new))
    assert code == 1 and "No matching distribution found for night_rota==9.9" in said, said
    assert "Nothing was changed." in said and home.state() == before


def test_where_a_version_comes_from(home: Home) -> None:
    new = source(home.folder.parent / "new", "0.3.0")
    archive, before = _archive(new), home.state()
    for each in (str(new), archive, _tag(home, new, "v0.3.0"), "main"):
        code, said = home.run("upgrade", "--dry-run", each)
        assert code == 0 and "From 0.1.0 to 0.3.0." in said and MOOD in said, said
    assert home.state() == before


def test_the_way_back_says_what_would_be_lost_and_asks(upgraded: Home, app: Flask) -> None:
    """A migration that cannot be taken back: the tables of before come back, and what was written since is told."""
    home, migration = upgraded, upgraded.code / MIGRATION
    words = migration.read_text()
    migration.write_text(words.replace('    op.drop_table("mood")', '    raise ValueError("no way back")'))
    assert migration.read_text() != words
    before = home.state()
    code, said = home.run("upgrade", "--back", "--dry-run")
    assert code == 0 and "Written since then: nothing" in said and home.state() == before, said
    now = "CURRENT_TIMESTAMP" if POSTGRES else "datetime('now', '+1 seconds')"
    home.write(
        f"UPDATE comment SET body = 'Written since.', edited_at = {now} WHERE id = (SELECT max(id) FROM comment)"
    )
    before = home.state()
    code, said = home.run("upgrade", "--back")
    assert code == 1 and "1 comments" in said and "--yes" in said and home.state() == before, said
    code, said = home.run("upgrade", "--back", "--yes")
    assert code == 0, said
    assert home.revision == revisions.head() and home.code == home.folder
    assert "Written since." not in home.asked("SELECT body FROM comment")
    assert len(list((home.instance / "backups").glob("hcpov-*.tar.gz"))) == 2


def test_a_checkout_comes_up_to_date_in_place(home: Home) -> None:
    (home.folder / MIGRATION).write_text((home.folder / "releases/0.2.0-new" / MIGRATION).read_text())
    code, said = home.run("upgrade")
    assert code == 0, said
    assert home.revision == MOOD and not (home.folder / "current").is_symlink()
    assert "Stop the site and start it anew" in said


def test_an_older_version_is_no_upgrade(upgraded: Home) -> None:
    home, old = upgraded, source(upgraded.folder.parent / "old", "0.0.9", migration=False)
    before = home.state()
    for dry in (["--dry-run"], []):
        code, said = home.run("upgrade", str(old), *dry)
        assert code == 1 and "--back" in said and home.state() == before
