"""Markup that is read away from its page: every address in it made whole."""

import html
import re
from urllib.parse import urljoin

# After cleaning, each attribute stands in double quotes: what looks like a tag is one, and none hides in a value.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"]*")?)+>')
_ADDRESS = re.compile(r' (href|src|cite|srcset)="([^"]*)"')


def absolute(markup: str, base: str) -> str:
    """Returns cleaned HTML whose addresses are whole, as a page at `base` has them. For nothing but cleaned HTML."""
    return _TAG.sub(lambda tag: _ADDRESS.sub(lambda found: _whole(found, base), tag[0]), markup)


def _whole(found: re.Match[str], base: str) -> str:
    name, value = found[1], html.unescape(found[2])
    # Sets of pictures are of our own making (text/pictures.py): addresses without blanks, each with its width.
    parts = value.split(", ") if name == "srcset" else [value]
    return f' {name}="{html.escape(", ".join(_joined(base, each) for each in parts))}"'


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # such as http://[, which leads nowhere on the page either
        return address
