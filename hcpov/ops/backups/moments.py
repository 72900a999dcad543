"""The moment that somebody wants to go back to, as they write it. Pure."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hcpov.ops.backups.refusals import Refused

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?( ?(?:Z|UTC))?", re.ASCII)
HOW = 'Write it as "2026-11-20 14:05", or "2026-11-20 19:05 UTC".'


def read(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Returns the moment, which is the site's own time unless it says UTC. Raises Refused for one that is not."""
    found = _FORM.fullmatch(text.strip())
    try:
        said = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}") if found else None
    except ValueError:
        said = None
    if found is None or said is None:
        raise Refused(f"“{text[:40]}” is no moment. {HOW}")
    moment = said.replace(tzinfo=UTC if found[4] else zone)
    if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != said:
        raise Refused(f"The clocks of {zone.key} went past {text}: it was never that time. Write another one.")
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        raise Refused(f"It was {text} twice in {zone.key}. Write the one you mean in UTC, with the word UTC behind it.")
    moment = moment.astimezone(UTC)
    if moment > now:
        raise Refused(f"{moment:%Y-%m-%d %H:%M:%S} UTC is yet to come. Write a moment of the past.")
    return moment
