"""Each night a backup is taken and tried beside the running site, and what was found is written down."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from hcpov import schedule
from hcpov.extensions import db
from hcpov.ops.backups import findings, names, nightly, places, postgres, rehearsal
from tests.conftest import POSTGRES
from tests.live import wait_until
from tests.ops.backups.conftest import Own, pictured, quiet
from tests.ops.backups.test_restoring import command, left


def said(own: Own) -> dict[str, object]:
    """Returns what the rehearsal wrote down."""
    found: dict[str, object] = json.loads((places.folder(own.settings) / "rehearsal.json").read_bytes())
    return found


def test_it_proves_the_backup_beside_the_running_site(own: Own) -> None:
    own.make.comment(own.make.post(), "Here.")
    pictured(own.app, own.settings.instance)
    with own.app.app_context(), db.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1 FROM post"))
        found = rehearsal.rehearse(own.settings, quiet)
    (kept,) = places.kept(own.settings, places.folder(own.settings)).items()
    assert found.ok and found.words == f"{kept[0]} can be put back: 1 posts, 1 comments."
    assert (found.size, findings.last(own.settings)) == (kept[1], found)
    assert said(own).keys() == {"moment", "ok", "words", "seconds", "size"}
    assert own.bodies() == ["Here."] and left(own) == []
    if POSTGRES:
        url = postgres.address(own.settings)
        with postgres.opened(url) as plain:
            names = plain.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{url.database}%",))
            assert names.fetchall() == [(url.database,)]


def test_what_is_wrong_is_written_down(own: Own) -> None:
    pictures = pictured(own.app, own.settings.instance)
    (own.settings.instance / "media" / pictures[0]).unlink()
    done = command(own, "backup", "--rehearse")
    assert (done.returncode, said(own)["ok"]) == (1, False)
    assert done.stderr == f"Error: {said(own)['words']}\n" and pictures[0] in done.stderr
    away = replace(own.settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "PostgreSQL cannot be reached" in rehearsal.rehearse(away, quiet).words
    (places.folder(own.settings) / "rehearsal.json").write_text("{")
    assert findings.last(own.settings) is None


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kathmandu"])
def test_there_is_one_in_each_night_of_the_sites_own(own: Own, zone: str) -> None:
    settings = replace(own.settings, time_zone=zone)
    folder = places.folder(settings)
    folder.mkdir()
    tried: list[datetime] = []
    for number in range(365 * 24):
        now = datetime(2026, 1, 1, 15, 17, tzinfo=UTC) + timedelta(hours=number)
        if not nightly.is_due(settings, now):
            continue
        tried.append(now.astimezone(settings.zone))
        if tried[-1].toordinal() % 3 or tried[-1].hour > 3:  # each third fails at first
            for each in folder.iterdir():
                each.unlink()
            (folder / names.name(now)).touch()
    first = [each.date() for each in tried if each.hour == 3]
    again = [each.date() for each in tried if each.hour == 4]
    assert len(first) == len(set(first)) == 365 and len(tried) == len(first) + len(again)
    assert again == [each for each in first if each.toordinal() % 3 == 0]


def test_a_bucket_that_cannot_be_reached_is_tried(own: Own) -> None:
    settings = replace(
        own.settings, time_zone="UTC", backup_url="s3://key:secret@127.0.0.1:1/kept?region=none&scheme=http"
    )
    for hour, due in ((2, False), (3, True), (8, True), (9, False)):
        assert nightly.is_due(settings, datetime(2026, 11, 20, hour, 17, tzinfo=UTC)) is due


@pytest.fixture
def at_night(own: Own) -> Iterator[Callable[[str], None]]:
    """Returns a way to do what the worker does at the hour, with HCPOV_BACKUPS set."""

    def work(backups: str) -> None:
        hour = datetime.now(ZoneInfo("UTC")).hour
        west = (hour - nightly.NIGHT.start + 12) % 24 - 12  # where it is three o'clock now
        zone = f"Etc/GMT{west:+d}"
        own.app.config["HCPOV"] = replace(own.settings, backups=backups, time_zone=zone)
        with own.app.app_context():
            schedule.back_up.call_local()

    yield work
    own.app.config["HCPOV"] = own.settings


def test_the_worker_does_it_at_night_unless_it_is_told_not_to(
    own: Own, at_night: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HCPOV_TEST_POSTGRES", "HCPOV_TEST_REDIS"):  # no settings of the process that is begun
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HCPOV_INSTANCE", str(own.settings.instance))
    monkeypatch.setenv("HCPOV_DATABASE_URL", own.settings.database_url)
    file: Path = places.folder(own.settings) / "rehearsal.json"
    at_night("off")
    assert nightly._under_way.acquire(blocking=False)  # nothing was begun
    nightly._under_way.release()
    at_night("on")
    assert nightly.begin() is None
    wait_until(file.exists, 120)
    assert said(own)["ok"] is True
    wait_until(lambda: not nightly._under_way.locked())
