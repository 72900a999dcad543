"""The settings as ops look at them: each with where it came from, secrets masked."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from hcpov import config
from hcpov.config import Settings


def lines(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for each setting: name, value, origin."""
    origins = config.origins(environ, settings)
    for each in fields(settings):
        name, value = config.env_name(each), str(getattr(settings, each.name))
        shown = masked(value) if each.metadata["secret"] else value
        yield f"{name:22} {shown or '(empty)':50} {origins[name]}"


def masked(value: str) -> str:
    """Hides what is secret in a value: a password in an address, else all of it."""
    if value.startswith("sqlite"):
        return value
    if "@" in value:
        return value.partition("://")[0] + "://…@" + value.rsplit("@", 1)[1]
    return "…" if value else ""
