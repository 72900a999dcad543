"""The elements of an export, read into records."""

import re
from typing import Any

from lxml import etree

from hcpov.text.tongues import known
from hcpov.transfer.export import Author, Item, Said, number

_PREFIXES = (
    (re.compile(r"https?://wordpress\.org/export/1\.[0-2]/excerpt/"), "excerpt:"),
    (re.compile(r"https?://wordpress\.org/export/1\.[0-2]/"), "wp:"),
    (re.compile(r"http://purl\.org/rss/1\.0/modules/content/"), "content:"),
    (re.compile(r"http://purl\.org/dc/elements/1\.1/"), "dc:"),
)
# Code points that XML lets in and HTML does not (HTML 3.2.6.1, "noncharacter").
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef" + "".join(chr((plane << 16) + 0xFFFE) + chr((plane << 16) + 0xFFFF)
                            for plane in range(17)) + "]")  # fmt: skip
_FILED = frozenset({"category", "post_tag", "tag"})


def name_of(element: Any) -> str:
    """Returns an element's name with the prefix WordPress gives it, whatever the file calls it."""
    name = etree.QName(element)
    space, local = str(name.namespace or ""), str(name.localname)
    return next((prefix for known, prefix in _PREFIXES if known.fullmatch(space)), "?:" if space else "") + local


def text_of(element: Any) -> str:
    """Returns the text of an element."""
    return _NONCHARACTERS.sub("", "".join(element.itertext())).strip()


def _fields(element: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        if len(child) == 0:
            found.setdefault(name_of(child), text_of(child))
    return found


def author_of(element: Any) -> Author:
    """Reads a writer."""
    found = _fields(element)
    return Author(
        login=found.get("wp:author_login", ""),
        number=number(found.get("wp:author_id", "")),
        name=found.get("wp:author_display_name", ""),
        email=found.get("wp:author_email", ""),
    )


def item_of(element: Any) -> Item:
    """Reads a post, page, attachment or menu entry with its comments."""
    found = _fields(element)
    named = [(name_of(child), child) for child in element]
    pairs = [_fields(child) for name, child in named if name == "wp:postmeta"]
    meta = {each.get("wp:meta_key", ""): each.get("wp:meta_value", "") for each in pairs}
    filed = [(child.get("domain", ""), child) for name, child in named if name == "category"]
    terms = [text_of(child) for domain, child in filed if domain in _FILED]
    # What this site's own export says of a post, and how Polylang files posts by language.
    langs = [meta.get("lang", ""), *(child.get("nicename", "") for domain, child in filed if domain == "language")]
    return Item(
        number=number(found.get("wp:post_id", "")),
        line=element.sourceline or 0,
        kind=found.get("wp:post_type", ""),
        status=found.get("wp:status", ""),
        title=found.get("title", ""),
        link=found.get("link", ""),
        slug=found.get("wp:post_name", ""),
        content=found.get("content:encoded", ""),
        excerpt=found.get("excerpt:encoded", ""),
        creator=found.get("dc:creator", ""),
        date_gmt=found.get("wp:post_date_gmt", ""),
        date=found.get("wp:post_date", ""),
        feed_date=found.get("pubDate", ""),
        parent=number(found.get("wp:post_parent", "")),
        order=number(found.get("wp:menu_order", "")),
        protected=bool(found.get("wp:post_password")),
        sticky=found.get("wp:is_sticky") == "1",
        comments_open=found.get("wp:comment_status") == "open",
        file=found.get("wp:attachment_url", ""),
        alt=meta.get("_wp_attachment_image_alt", ""),
        cover=number(meta.get("_thumbnail_id", "")),
        lang=next(filter(None, map(known, langs)), ""),
        terms=tuple(dict.fromkeys(term for term in terms if term)),
        said=tuple(_said(child) for name, child in named if name == "wp:comment"),
    )


def _said(element: Any) -> Said:
    """Reads a comment. Its IP address is left where it is."""
    found = _fields(element)
    return Said(
        number=number(found.get("wp:comment_id", "")),
        name=found.get("wp:comment_author", ""),
        email=found.get("wp:comment_author_email", ""),
        user=number(found.get("wp:comment_user_id", "")),
        kind=found.get("wp:comment_type", ""),
        approved=found.get("wp:comment_approved", ""),
        parent=number(found.get("wp:comment_parent", "")),
        date_gmt=found.get("wp:comment_date_gmt", ""),
        date=found.get("wp:comment_date", ""),
        content=found.get("wp:comment_content", ""),
    )
