"""What setup writes: the files of `deploy/`, which hold for one machine, with what another machine changes."""

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from hcpov import config
from hcpov.config import Settings
from hcpov.ops.settings import masked
from hcpov.ops.setup.answers import Answers

USER, WWW = "hcpov", "www-data"
SNIPPETS = Path("/etc/nginx/snippets")
HEADERS = SNIPPETS / "nginx-headers.conf"
UNITS = Path("/etc/systemd/system")
PROGRAM = Path("/usr/local/bin/hcpov")
CERTIFICATES = Path("/etc/letsencrypt/live")

_NAME, _CODE, _BIND = "pov.example.org", "/srv/hcpov", "127.0.0.1:8000"
_INSTANCE, _PYTHON = f"{_CODE}/instance", f"{_CODE}/.venv/bin/python"
_TLS = "\nserver {\n    listen 443"
_LINE = re.compile(r"(HCPOV_[A-Z_]+)\s*=")
_HEAD = "# The settings of this site, which README.md lists. `hcpov setup` changes only the lines it is told to.\n"


def shipped(name: str) -> str:
    """Returns a file of deploy/ as it is."""
    return (config.ROOT / "deploy" / name).read_text(encoding="utf-8")


def unit(name: str, wanted: Answers) -> str:
    """Returns a service of systemd for this machine."""
    changes = {
        f"{_CODE}/.venv/bin/litestream": str(wanted.python.parent / "litestream"),
        _PYTHON: str(wanted.python),
        _INSTANCE: str(wanted.instance),
        f"WorkingDirectory={_CODE}\n": f"WorkingDirectory={wanted.code}\n",
    }
    if wanted.one:
        changes |= {"serve --web-only": "serve", "MemoryMax=640M": "MemoryMax=900M"}
    return _changed(shipped(name), changes)


def nginx(wanted: Answers, settings: Settings, with_tls: bool) -> str:
    """Returns the site for nginx; without TLS only its first half, which lets certbot prove the name."""
    text = shipped("nginx.conf")
    if not with_tls:
        text = text[: text.index(_TLS)] + "\n# Until there is a certificate nothing else is served.\n"
    return _changed(text, {_NAME: wanted.site, f"{_INSTANCE}/pages": f"{wanted.instance}/pages", _BIND: settings.bind})


def caddy(wanted: Answers, settings: Settings) -> str:
    """Returns the Caddyfile, with the address that the certificates' issuer writes to."""
    head, _, site = _changed(shipped("Caddyfile"), {_NAME: wanted.site, _BIND: settings.bind}).partition("\n\n")
    return f"{head}\n{{\n\temail {wanted.email}\n}}\n\n{site}"


def program(wanted: Answers) -> str:
    """Returns what `hcpov` is on this machine: it works on the site, as the site's own user."""
    return f"""#!/bin/sh
# The command `hcpov` on this machine, written by `hcpov setup`. It works on the site's own folder and, when root asks,
# as the site's own user, so that all files stay readable for the services. Only setup and upgrade need to be root.
export HCPOV_INSTANCE={wanted.instance}
program={wanted.python.parent}/hcpov
umask 077
if [ "$(id -u)" -ne 0 ]; then exec "$program" "$@"; fi
case "$1 $2" in
    "setup --here") ;;
    "setup "* | "upgrade "*) exec "$program" "$@" ;;
esac
exec runuser -u {USER} -- "$program" "$@"
"""


def settings_text(found: str | None, wanted: Mapping[str, str]) -> str:
    """Returns hcpov.cfg: what a person wrote stays, lines that are wanted otherwise are changed, others added."""
    lines, left = (_HEAD if found is None else found).splitlines(), dict(wanted)
    for number, line in enumerate(lines):
        name = _LINE.match(line)
        if name and name[1] in left:
            value = left.pop(name[1])
            if line.partition("=")[2].strip() != value:
                lines[number] = f"{name[1]} = {value}"
    lines += [f"{name} = {value}" for name, value in left.items() if value]
    return "\n".join(lines) + "\n"


def hidden(text: str) -> dict[str, str]:
    """Returns the names of the secret settings in a text, each with how it may be shown."""
    secret = {config.env_name(each) for each in fields(Settings) if each.metadata["secret"]}
    named = (line.partition("=") for line in text.splitlines())
    return {name.strip(): masked(value.strip()) for name, _, value in named if name.strip() in secret}


def _changed(text: str, changes: Mapping[str, str]) -> str:
    """Returns a text with each of `changes` made where it is found."""
    pattern = re.compile("|".join(re.escape(each) for each in sorted(changes, key=len, reverse=True)))
    return pattern.sub(lambda found: changes[found[0]], text)
