"""Addresses that people type."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})", re.ASCII)
HOST_LENGTH = 253  # RFC 1035 2.3.4


def host_of(link: str) -> str:
    """Returns the host of an https address that can be clicked without harm; "" for any other.

    No user, port, bare IP address or single name: what stands before an @ reads like a host to people, and the others
    lead into somebody's own network. No blanks, backslashes or invisible characters, which browsers read in their ways.
    """
    if not link.isprintable() or " " in link or "\\" in link:
        return ""
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or "@" in parts.netloc or port is not None or len(host) > HOST_LENGTH:
        return ""
    return host if _HOST.fullmatch(host) else ""
