"""What somebody sends as a picture: looked at in a process of its own, and taken or refused in words."""

import json
import logging
import re
import subprocess
import sys
from typing import Any

from hcpov import config
from hcpov.languages import gettext, lazy
from hcpov.media import cleaning
from hcpov.media.cleaning import Cleaned
from hcpov.text.messages import mark

BYTES = 20 * 1024 * 1024
SECONDS = 60  # by the clock, on a machine that has much else to do; the processor's own limit is shorter

TAKEN = "JPEG, PNG, WebP or AVIF"
EMPTY = lazy("There is no picture in this. Choose a file and send it again.")
TOO_MANY_BYTES = lazy(
    "This is larger than %(most)s MB. Save the picture smaller, then send it again.", most=BYTES // 1024 // 1024
)
SAID = {
    cleaning.BROKEN: lazy(
        "This picture is cut short or damaged. Open it on your device, save it anew, then send it again."
    ),
    cleaning.TOO_LARGE: (
        lazy(
            "This picture has more than %(most)s megapixels. Save it smaller, then send it again.",
            most=cleaning.PIXELS // 1000000,
        )
    ),
    cleaning.TOO_HEAVY: lazy("This picture takes too long to read. Save it smaller or as a JPEG, then send it again."),
}

# What people send besides, to tell them what it is. Nothing is decided by this.
_OURS = re.compile(rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP|....ftypavi[fs]", re.DOTALL)
_OTHERS = {
    mark("a GIF"): re.compile(rb"GIF8"),
    mark("an SVG drawing"): re.compile(rb".{0,1000}<svg", re.DOTALL | re.IGNORECASE),
    mark("a HEIC picture"): re.compile(rb"....ftyp(?:hei|hev|mif|msf)", re.DOTALL),
    mark("a TIFF"): re.compile(rb"II\*\0|MM\0\*"),
    mark("a BMP"): re.compile(rb"BM"),
    mark("a PDF"): re.compile(rb"%PDF"),
}

_log = logging.getLogger(__name__)


class Refused(ValueError):
    """A file that is not taken; the message says why, and what to do."""


class WrongKind(Refused):
    """A file that is no JPEG, PNG, WebP or AVIF."""


class TooManyBytes(Refused):
    """A file that is too large to be looked at."""


def clean(data: bytes) -> Cleaned:
    """Returns a picture's forms, stripped of all that is no picture. Takes up to SECONDS. Raises Refused."""
    if not data:
        raise Refused(EMPTY)
    if len(data) > BYTES:
        raise TooManyBytes(TOO_MANY_BYTES)
    said, forms = _asked(data)
    if "refused" in said:
        raise _refusal(said["refused"], data)
    found, at = {}, 0
    for width, length in said["forms"]:
        found[width], at = forms[at : at + length], at + length
    return Cleaned(said["width"], said["height"], found)


def _asked(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Runs the cleaning with nothing of ours in its environment; returns what it says and the forms."""
    command = [sys.executable, "-m", cleaning.__name__]
    try:
        done = subprocess.run(  # noqa: S603  # our own module
            command, input=data, capture_output=True, cwd=config.ROOT, env={}, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        _log.warning("a picture was given up after %d seconds", SECONDS)
        return {"refused": cleaning.TOO_HEAVY}, b""
    if done.returncode:
        _log.warning("the cleaning of a picture ended with %d", done.returncode)
        return {"refused": cleaning.TOO_HEAVY}, b""
    line, _, forms = done.stdout.partition(b"\n")
    return json.loads(line), forms


def _refusal(why: str, data: bytes) -> Refused:
    if why != cleaning.NOT_READ:
        return Refused(SAID[why])
    if _OURS.match(data):
        return Refused(SAID[cleaning.BROKEN])
    name = next((name for name, pattern in _OTHERS.items() if pattern.match(data)), "")
    it_is = (
        gettext("This is %(kind)s, which is not taken.", kind=gettext(name))
        if name
        else gettext("This is no picture that can be taken.")
    )
    return WrongKind(f"{it_is} " + gettext("Save it as %(kinds)s, then send it again.", kinds=TAKEN))
