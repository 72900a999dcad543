"""What the three specifications ask of a feed, each rule tried by itself."""

import json
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")  # RFC 3339
NAME = re.compile(r"tag:[a-z0-9-]+(?:\.[a-z0-9-]+)*,\d{4}(?:-\d\d(?:-\d\d)?)?:[a-z0-9/]+")  # RFC 4151 2.1
TYPES: dict[str, type] = {"authors": list, "items": list} | dict.fromkeys(
    "version title home_page_url feed_url description next_url icon favicon language".split(), str
)
ITEM_TYPES: dict[str, type] = {"authors": list, "tags": list} | dict.fromkeys(
    "id url title content_html summary date_published date_modified".split(), str
)


def problems(kind: str, data: bytes) -> list[str]:
    """Returns which rules of its specification a feed breaks: RFC 4287, RSS 2.0, JSON Feed 1.1."""
    rules = {"atom": ATOM_RULES, "rss": RSS_RULES, "json": JSON_RULES}[kind]
    read = json.loads(data.decode("utf-8")) if kind == "json" else etree.fromstring(data)
    return [what for what, holds in rules.items() if not holds(read)]


def ids(kind: str, data: bytes) -> list[str]:
    """Returns the ids of a feed's entries."""
    if kind == "json":
        return [item["id"] for item in json.loads(data)["items"]]
    path = {"atom": f"{ATOM}entry/{ATOM}id", "rss": "channel/item/guid"}[kind]
    return [each.text for each in etree.fromstring(data).findall(path)]


def links(kind: str, data: bytes) -> dict[str, str]:
    """Returns the addresses of a feed's own pages by their relation."""
    if kind == "json":
        found = json.loads(data)
        return {"self": found["feed_url"]} | ({"next": found["next_url"]} if "next_url" in found else {})
    root = etree.fromstring(data)
    return {each.get("rel"): each.get("href") for each in (root if kind == "atom" else root[0]).findall(f"{ATOM}link")}


ATOM_RULES: dict[str, Callable[[Any], bool]] = {
    "4.1.1 the document is a feed": lambda root: root.tag == f"{ATOM}feed",
    "4.1.1, 4.1.2 one id": lambda root: all(len(part.findall(f"{ATOM}id")) == 1 for part in _parts(root)),
    "4.1.1, 4.1.2 one title": lambda root: all(len(part.findall(f"{ATOM}title")) == 1 for part in _parts(root)),
    "4.1.1, 4.1.2 one updated": lambda root: all(len(part.findall(f"{ATOM}updated")) == 1 for part in _parts(root)),
    "4.1.1 an author, or one in each entry": lambda root: root.find(f"{ATOM}author") is not None,
    "4.1.1, 4.1.2 one alternate, the page": lambda root: all(len(_alternates(part)) == 1 for part in _parts(root)),
    "4.1.1 a feed names itself": lambda root: len(root.findall(f"{ATOM}link[@rel='self']")) == 1,
    "3.3 moments": lambda root: all(
        MOMENT.fullmatch(each.text or "") for each in root.iter(f"{ATOM}updated", f"{ATOM}published")
    ),
    "4.2.6 ids are permanent names": lambda root: all(NAME.fullmatch(each.text) for each in root.iter(f"{ATOM}id")),
    "4.2.6 no two entries with one id": lambda root: _differ([each.text for each in root.iter(f"{ATOM}id")]),
    "3.2.1 a person has a name": lambda root: all(
        each.findtext(f"{ATOM}name") for each in root.iter(f"{ATOM}author", f"{ATOM}contributor")
    ),
    "4.2.7 links are whole and typed": lambda root: all(
        _is_whole(each.get("href")) and "/" in each.get("type") for each in root.iter(f"{ATOM}link")
    ),
    "4.2.2 a category has a term": lambda root: all(each.get("term") for each in root.iter(f"{ATOM}category")),
    "4.1.3 HTML is carried as text": lambda root: all(
        each.get("type") == "html" and not len(each) for each in root.iter(f"{ATOM}content")
    ),
    "4.1.2 one content": lambda root: all(len(each.findall(f"{ATOM}content")) == 1 for each in _parts(root)[1:]),
}
RSS_RULES: dict[str, Callable[[Any], bool]] = {
    "an rss of version 2.0": lambda root: root.tag == "rss" and root.get("version") == "2.0",
    "one channel": lambda root: [each.tag for each in root] == ["channel"],
    "a channel has a title": lambda root: bool(root[0].findtext("title")),
    "a channel has a link": lambda root: _is_whole(root[0].findtext("link")),
    "a channel has a description": lambda root: bool(root[0].findtext("description")),
    "a channel names itself": lambda root: len(root[0].findall(f"{ATOM}link[@rel='self']")) == 1,
    "an item has a title or a description": lambda root: all(
        each.findtext("title") or each.findtext("description") for each in root.iter("item")
    ),
    "of each element one": lambda root: all(
        len(item.findall(name)) <= 1
        for item in root.iter("item")
        for name in ("title", "link", "guid", "pubDate", "description", "comments", f"{CONTENT}encoded")
    ),
    "guids are no addresses, and say so": lambda root: all(
        each.get("isPermaLink") == "false" and NAME.fullmatch(each.text) for each in root.iter("guid")
    ),
    "an item has a guid": lambda root: len(list(root.iter("guid"))) == len(list(root.iter("item"))),
    "no two items with one guid": lambda root: _differ([each.text for each in root.iter("guid")]),
    "an item's link is whole": lambda root: all(_is_whole(each.findtext("link")) for each in root.iter("item")),
    "moments are RFC 822's": lambda root: all(
        parsedate_to_datetime(each.text).tzinfo for each in root.iter("pubDate", "lastBuildDate")
    ),
    "author is an e-mail address, which nobody gave for this": lambda root: not list(root.iter("author")),
}
JSON_RULES: dict[str, Callable[[Any], bool]] = {
    "version is the address of 1.1": lambda feed: feed["version"] == "https://jsonfeed.org/version/1.1",
    "what a feed must have": lambda feed: {"version", "title", "items"} <= feed.keys(),
    "what a feed can have": lambda feed: _fits(feed, TYPES),
    "what an item can have": lambda feed: all(_fits(each, ITEM_TYPES) for each in feed["items"]),
    "an item has an id, a permanent name": lambda feed: all(NAME.fullmatch(each["id"]) for each in feed["items"]),
    "no two items with one id": lambda feed: _differ([each["id"] for each in feed["items"]]),
    "an item has a content": lambda feed: all(each.get("content_html") for each in feed["items"]),
    "moments are RFC 3339's": lambda feed: all(
        MOMENT.fullmatch(each[name]) for each in feed["items"] for name in ("date_published", "date_modified")
    ),
    "tags are strings": lambda feed: all(
        isinstance(tag, str) for each in feed["items"] for tag in each.get("tags", [])
    ),
    "an author has a name, an address or a picture": lambda feed: all(
        {"name", "url", "avatar"} & author.keys()
        for part in (feed, *feed["items"])
        for author in part.get("authors", [])
    ),
    "addresses are whole": lambda feed: all(
        _is_whole(feed[name]) for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon") if name in feed
    ),
    "an item's address is whole": lambda feed: all(_is_whole(each["url"]) for each in feed["items"]),
}


def _fits(part: dict[str, Any], types: Mapping[str, type]) -> bool:
    """Says whether all that is there is known, of its type, and not empty."""
    return all(
        isinstance(value, types.get(name, type(None))) and (value or name == "items") for name, value in part.items()
    )


def _parts(root: Any) -> list[Any]:
    return [root, *root.findall(f"{ATOM}entry")]


def _alternates(part: Any) -> list[Any]:
    return [link for link in part.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]


def _is_whole(address: str | None) -> bool:
    parts = urlsplit(address or "")
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _differ(found: list[str]) -> bool:
    return len(found) == len(set(found))
