"""Which backups stay: 7 days, 4 weeks, 12 months; in a folder and in a bucket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcpov.config import Settings
from hcpov.media import buckets
from hcpov.ops.backups import names, places
from hcpov.ops.backups.refusals import Refused
from tests import live
from tests.media.bucket import BUCKET, Store, store
from tests.ops.backups.conftest import Take, contents

__all__ = ["store"]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


def nightly(days: int) -> list[str]:
    """Returns the names of one backup each night, the newest first."""
    return [names.name(NOW - timedelta(hours=9, days=each)) for each in range(days)]


def left(found: list[str], now: datetime = NOW) -> list[str]:
    """Returns the moments, as written, of what stays."""
    return sorted((set(found) - names.superfluous(found, now)), reverse=True)


def test_after_two_years_there_are_seven_days_four_weeks_and_twelve_months() -> None:
    days = [name[6:16] for name in left(nightly(730))]
    assert days[:7] == [f"2026-11-{day}" for day in range(20, 13, -1)]
    assert days[7:9] == ["2026-11-08", "2026-11-01"]  # Sundays; the newest of two more weeks are among the days
    months = [f"{year}-{month:02}" for year, month in [(2025, 12), *((2026, each) for each in range(1, 12))]]
    assert sorted({day[:7] for day in days}) == months
    assert [day for day in days if day[:7] != "2026-11"] == [
        "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30",
        "2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31",
    ]  # fmt: skip


def test_taken_each_night_and_tidied_each_night_the_same_stay() -> None:
    """What the rule keeps tonight must be there when it is asked again, or months would never fill up."""
    kept: list[str] = []
    for name in reversed(nightly(800)):
        at = names.moment(name)
        assert at
        kept.append(name)
        kept = left(kept, at)
    assert left(kept) == left(nightly(800))


def test_of_one_day_the_newest_stays_once_they_are_a_day_old() -> None:
    of_a_day = [names.name(NOW.replace(hour=hour)) for hour in (1, 5, 11)]
    assert names.superfluous(of_a_day, NOW) == set()
    assert names.superfluous(of_a_day, NOW + timedelta(days=3)) == set(of_a_day[:2])


def test_a_machine_that_was_off_loses_nothing() -> None:
    old = [names.name(NOW - timedelta(days=400 + each)) for each in range(5)]
    assert names.superfluous(old, NOW) == set()


@pytest.mark.parametrize(
    "name",
    ["hcpov.sqlite3", "hcpov-2020-01-01T000000Z.tar.gz.part", "hcpov-2020-13-01T000000Z.tar.gz", "notes.txt",
     "hcpov-2020-01-01T000000Z.tar.gz ", "my-hcpov-2020-01-01T000000Z.tar.gz", "hcpov-\u0662020-01-01T000000Z.tar.gz"],
)  # fmt: skip
def test_what_is_no_backup_of_ours_is_left_alone(name: str) -> None:
    assert names.moment(name) is None
    assert name not in names.superfluous([*nightly(100), name], NOW)


@given(st.lists(st.integers(0, 7 * 365 * 24), max_size=60))
def test_the_newest_and_those_of_tomorrow_are_never_removed(hours: list[int]) -> None:
    found = [names.name(NOW + timedelta(days=30, hours=-each)) for each in hours]
    gone = names.superfluous(found, NOW)
    past = [name for name in found if (names.moment(name) or NOW) <= NOW]
    assert gone <= set(past)
    assert not past or max(past) not in gone
    assert len(set(past) - gone) >= min(len({name[:16] for name in past}), 7)
    assert names.superfluous(set(found) - gone, NOW) == set()


def test_a_folder_is_tidied_and_what_others_keep_there_stays(site: list[str], take: Take, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for name in [*nightly(60), "notes.txt"]:
        (folder / name).touch()
    taken = take()
    found = {each.name for each in folder.iterdir()}
    assert taken.removed > 40 and {"notes.txt", taken.path.name, nightly(1)[0]} <= found
    assert len(found) == 62 - taken.removed


def test_a_bucket_keeps_them_by_the_same_rule(site: list[str], settings: Settings, store: Store, take: Take) -> None:
    address, client = store.address(), store.client()
    for name in [*nightly(30), "notes.txt"]:
        client.put_object(Bucket=BUCKET, Key=name, Body=b"")
    try:
        taken = take(None, backup_url=address)
        kept = places.kept(replace(settings, backup_url=address), places.folder(settings))
        assert taken.away and not taken.path.exists() and taken.removed > 10
        assert kept[taken.path.name] == taken.size and len(kept) == 31 - taken.removed
        assert "notes.txt" in buckets.sizes(address)
        places.fetch(replace(settings, backup_url=address), taken.path.name, taken.path)
        assert f"media/{site[0]}" in contents(taken.path)
        taken.path.unlink()
    finally:
        emptied(client, address)


def test_pictures_of_a_bucket_are_fetched_into_it(
    site: list[str], settings: Settings, store: Store, take: Take
) -> None:
    address, client = store.address(), store.client()
    client.put_object(Bucket=BUCKET, Key=site[0], Body=b"from the bucket")
    client.put_object(Bucket=BUCKET, Key="of-others.webp", Body=b"")
    try:
        taken = take(media_url=address)
        assert contents(taken.path)[f"media/{site[0]}"] == b"from the bucket"
        assert taken.manifest.missing == site[1:]
        assert "media/of-others.webp" not in taken.manifest.files
    finally:
        emptied(client, address)


def test_a_bucket_that_is_away_is_said_and_the_backup_stays_here(
    site: list[str], settings: Settings, store: Store, take: Take
) -> None:
    address = store.address().replace(store.endpoint[7:], f"127.0.0.1:{live.free_port()}")
    with pytest.raises(
        Refused, match=r"HCPOV_BACKUP_URL failed: EndpointConnectionError\. Backups made here stay here"
    ):
        take(None, backup_url=address)
    (stayed,) = places.folder(settings).iterdir()
    assert f"media/{site[0]}" in contents(stayed)
    stayed.unlink()
    closed(address)


def emptied(client: Any, address: str) -> None:
    """Empties the bucket and closes what speaks with it."""
    for name in buckets.sizes(address):
        client.delete_object(Bucket=BUCKET, Key=name)
    client.close()
    closed(address)


def closed(address: str) -> None:
    """Closes what speaks with a bucket."""
    buckets._bucket(address).client.close()
    buckets._bucket.cache_clear()
