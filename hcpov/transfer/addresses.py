"""Addresses of the old site: which posts they lead to now, and which of ours they must not hide."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from hcpov.blog.models import ADDRESS_LENGTH, Kind
from hcpov.transfer.export import Item


@dataclass
class Places:
    """Where addresses of the old site lead now: to posts here, or to files that stay on the old site."""

    site: str
    posts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def lead(self, address: str) -> str:
        """Returns the address to use instead; "" for one that cannot be read."""
        try:
            whole = urljoin(f"{self.site}/", address.strip())
            if address.startswith("#") or not self._is_theirs(whole):
                return address if urlsplit(address).scheme or address.startswith("#") else whole
            old = key_of(whole)
        except ValueError:
            return ""
        found = self.posts.get(old) or self.files.get(old)
        return found or (address if urlsplit(address).scheme else whole)

    def _is_theirs(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and _host(address) == _host(self.site)


def key_of(link: str) -> str:
    """Returns an address as `OldAddress` stores it and `blog.queries.moved` looks it up.

    Flask hands out the path decoded and with one slash in front, however many were sent.
    """
    parts = urlsplit(link)
    asked = parse_qs(parts.query)
    for name in ("p", "page_id"):
        if name in asked and asked[name][0].isdecimal():
            return f"/?{name}={asked[name][0]}"
    return "/" + unquote(parts.path, errors="replace").strip("/")


def old_keys(item: Item) -> list[str]:
    """Returns the addresses an item had: its own, and its number's."""
    try:
        own = [key_of(item.link)] if item.link else []
    except ValueError:
        own = []
    numbered = f"/?page_id={item.number}" if item.kind == Kind.PAGE else f"/?p={item.number}"
    return list(dict.fromkeys([*own, numbered]))


def is_ours(key: str, routes: MapAdapter, blogs: set[str], pages: set[str]) -> bool:
    """Says whether an old address is one that this site answers itself, so that a redirect would never be reached."""
    if key.startswith("/?"):
        return False
    for path in (key, key.rstrip("/") + "/"):
        try:
            endpoint, arguments = routes.match(path, method="GET")
        except (NotFound, RequestRedirect):
            continue
        except MethodNotAllowed:
            return True
        if "blog" in arguments:
            taken = arguments["blog"] in blogs
        else:
            taken = endpoint != "blog.site_page" or arguments["slug"] in pages
        if taken:
            return True
    return False


def is_storable(key: str) -> bool:
    """Says whether an address fits its column and could be sent by a browser."""
    return len(key) <= ADDRESS_LENGTH and key.isprintable() and "\ufffd" not in key


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
