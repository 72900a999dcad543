"""How setup learns what it has to know: from flags, from what is set up already, and for the rest it asks."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hcpov import config
from hcpov.ops.setup import answers
from hcpov.ops.setup.answers import Answers
from hcpov.ops.setup.refusals import Refused

_ASKED = {
    "site": ("--site NAME", "The site's name on the net, such as pov.example.org"),
    "email": ("--email ADDRESS", "Whom to tell when a certificate is about to end"),
    "front": ("--front nginx|caddy", "In front: nginx (quicker) or caddy (nothing to look after)"),
    "smtp": ("--smtp URL, or --smtp none", "The relay for mail, smtp://user:password@host:587, or none"),
    "litestream": ("--litestream or --no-litestream", "Copy the database all the time, to go back to any minute"),
}
TRIES = 5


def answered(given: Mapping[str, Any], known: Mapping[str, Any], relay_known: bool) -> Answers:
    """Returns what to do: flags first, then what is `known` of this machine, then what a person says on a terminal.

    Raises Refused for an answer that cannot be taken, and without a terminal for what is missing, by the flags' names.
    """
    found = {name: value for name, value in known.items() if name in Answers.__dataclass_fields__}
    found |= {name: _taken(name, given[name]) for name in (*_ASKED, "title") if given[name] is not None}
    if relay_known:
        found.setdefault("smtp", "")
    missing = [name for name in _ASKED if name not in found]
    if missing and not sys.stdin.isatty():
        raise Refused(f"Nobody is there to be asked. Missing: {'; '.join(_ASKED[each][0] for each in missing)}.")
    found |= {name: _asked(name) for name in missing}
    for name, flag in (("one", given["one"]), ("self_host", given["self_host_htmx"])):
        found[name] = bool(found.get(name)) if flag is None else flag
    if database := dict(answers.more(given["more"])).get("HCPOV_DATABASE_URL"):
        found["litestream"] = found["litestream"] and database.startswith("sqlite")
    code = answers.folder(given["code"] or str(found.get("code") or config.ROOT))
    instance = answers.folder(given["instance"] or str(found.get("instance") or code / "instance"))
    return Answers(**found | {"code": code, "instance": instance, "more": answers.more(given["more"])})


def _taken(name: str, value: Any) -> Any:
    return answers.TAKEN[name](value) if name in answers.TAKEN else value


def _asked(name: str) -> Any:
    words = _ASKED[name][1]
    if name == "litestream":
        return click.confirm(words, default=False)
    for _ in range(TRIES):
        try:
            # What a relay's address holds is a password, so nobody at the screen reads it.
            return _taken(name, click.prompt(words, hide_input=name == "smtp", type=str))
        except Refused as problem:
            click.echo(str(problem))
    raise Refused(f"No answer could be used. Give it as {_ASKED[name][0]}.")


def remembered(path: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the answers in a record, each looked at again. Raises Refused when somebody made nonsense of it."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name in {"instance", "code"}:
            found[name] = answers.folder(str(value))
        elif name in {"litestream", "one", "self_host"}:
            found[name] = value is True
        elif name in answers.TAKEN and name != "title":
            try:
                found[name] = answers.TAKEN[name](str(value))
            except Refused as problem:
                raise Refused(f"{path} says {name}: {str(value)[:60]!r}. {problem}") from None
    return found
