"""Markdown with its facts in front, as YAML between two lines of three hyphens."""

import re
from typing import Any

import yaml

from hcpov.transfer.site.problems import broken

# In C where it can be had, as in every package of PyYAML for Linux: ten times as quick.
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EDGE = "---\n"
_DEEPEST = 10
_ONLY_LINES = re.compile("[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]*")


class _Readable(_Dumper):  # type: ignore[misc]
    """Writes texts of several lines as they stand, where YAML can."""


def _text(dumper: Any, text: str) -> Any:
    lines = len(text.splitlines()) > 1 or "\n" in text
    # YAML takes some rare signs for the end of a line; in quotation marks they are written as what they are.
    style = ("|" if _ONLY_LINES.fullmatch(text) else '"') if lines else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Readable.add_representer(str, _text)


def written(facts: dict[str, Any], body: str) -> bytes:
    """Returns a text with its facts. What is read of it again is the same to the letter."""
    front = yaml.dump(facts, Dumper=_Readable, allow_unicode=True, sort_keys=False, width=110)
    return f"{_EDGE}{front}{_EDGE}\n{body}\n".encode()


def read(data: bytes, where: str) -> tuple[dict[str, Any], str]:
    """Returns the facts and the text. Raises BadSite for what is not laid out so."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise broken(where, "this is not UTF-8") from None
    # No line of the facts is three hyphens: what has several lines is indented.
    begin, _, rest = text.partition(_EDGE)
    front, edge, body = rest.partition(f"\n{_EDGE}\n")
    if begin or not edge or not body.endswith("\n"):
        raise broken(where, "the facts between two lines of --- are missing")
    try:
        _check_depth(f"{front}\n")
        facts = yaml.load(f"{front}\n", Loader=_Loader)  # noqa: S506  # the safe one
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark else ""
        raise broken(f"{where}{line}", "this cannot be read as YAML") from None
    except (ValueError, RecursionError):
        raise broken(where, "this cannot be read as YAML") from None
    if not isinstance(facts, dict):
        raise broken(where, "the facts have no names")
    return facts, body[:-1]


def _check_depth(front: str) -> None:
    """Refuses what is nested over and over, which would end the process, and what stands for something elsewhere."""
    depth = 0
    for event in yaml.parse(front, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
            raise ValueError("no facts of ours")
