"""The moment that somebody wants to go back to: read in the site's time, from what they typed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hcpov.ops.backups import moments
from hcpov.ops.backups.refusals import Refused

ZONE, NOW = ZoneInfo("America/New_York"), datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20 14:05", "2026-11-20T19:05"),
        (" 2026-07-20T14:05:09 ", "2026-07-20T18:05:09"),
        ("2026-11-20 14:05 UTC", "2026-11-20T14:05"),
        ("2026-11-20T14:05Z", "2026-11-20T14:05"),
        ("2026-11-01 05:30 UTC", "2026-11-01T05:30"),
    ],
)
def test_a_moment_is_the_sites_own_unless_it_says_utc(text: str, moment: str) -> None:
    assert moments.read(text, ZONE, NOW) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("yesterday", "is no moment. Write it as"),
        ("2026-13-20 14:05", "is no moment"),
        ("2026-11-20", "is no moment"),
        ("2026-11-20 14:05+01:00", "is no moment"),
        ("2026-03-08 02:30", "it was never that time"),
        ("2026-11-01 01:30", "twice in America/New_York. Write the one you mean in UTC"),
        ("2026-11-28 07:01", "is yet to come"),
    ],
)
def test_what_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        moments.read(text, ZONE, NOW)
