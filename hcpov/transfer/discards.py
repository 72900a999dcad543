"""What is taken out of a WordPress text before it is read as HTML, by means that no text can make slow."""

import re
from collections import Counter
from collections.abc import Callable

_OWN_BLOCK = re.compile(r"\s*wp:([a-z0-9/-]{1,60})\b.*/", re.DOTALL)
_BREAK = re.compile(r"\s*(more|nextpage)\b")
_FRAME = re.compile(r"<iframe\b[^<>]*>", re.IGNORECASE)
_FORMATTING = re.compile(r"<(/?)(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)\b[^<>]*>", re.IGNORECASE)
_NESTING = re.compile(
    r"<(/?)(?:abbr|article|aside|blockquote|center|cite|del|details|div|dl|fieldset|figure|ins|ol|pre|q|section|span"
    r"|sub|sup|table|ul)\b[^<>]*>",
    re.IGNORECASE,
)
# What may be open at once. HTML opens bold and the like again in every paragraph that follows, so that a few kilobytes
# would become gigabytes; other elements cost time that grows with the square of their depth.
_HEAPS = ((_FORMATTING, 64, "bold and the like were"), (_NESTING, 400, "lists, boxes and the like were"))
_SWALLOWING = re.compile(
    r"<(?=(?:script|style|textarea|title|xmp|noembed|noframes|plaintext|template|select)\b)", re.IGNORECASE
)


def without_comments(source: str, notes: Counter[str]) -> str:
    """Drops comments, among them the block editor's marks; a block that WordPress fills itself is told."""

    def replaced(comment: str) -> str:
        inner = comment[4:-3]
        if block := _OWN_BLOCK.fullmatch(inner):
            notes[f"what WordPress filled in itself was left out: {block[1]}"] += 1
        return "\n\n" if _BREAK.match(inner) else ""

    # An end that is missing would make a comment of the rest of the post.
    return _between(source, "<!--", "-->", replaced).replace("<!--", "&lt;!--")


def without_code(source: str, notes: Counter[str]) -> str:
    """Drops scripts, styles, and elements opened over and over.

    What a parser would read to its end tag is text where that end is missing.
    """

    def dropped(_code: str) -> str:
        notes["scripts and styles were left out"] += 1
        return ""

    for name in ("script", "style"):
        source = _between(source, f"<{name}", f"</{name}>", dropped)
    source = _between(source, "<iframe", "</iframe>", lambda frame: frame.partition(">")[0] + ">")
    source = _FRAME.sub(r"\g<0></iframe>", source)
    closed = {name for name in ("textarea", "title", "select") if f"</{name}" in source.lower()}
    source = _SWALLOWING.sub(lambda match: "<" if _name_at(source, match.end()) in closed else "&lt;", source)
    for pattern, limit, what in _HEAPS:
        if _depth(pattern, source) > limit:
            notes[f"{what} left out: they were opened over and over and not closed"] += 1
            source = pattern.sub("", source)
    return source


def _depth(pattern: re.Pattern[str], source: str) -> int:
    """Returns how many of these elements are open at once at the most."""
    depth = deepest = 0
    for match in pattern.finditer(source):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _between(source: str, opening: str, closing: str, replace: Callable[[str], str]) -> str:
    """Replaces each stretch from an opening to its closing; by `find`, which a hostile text cannot make slow."""
    lower, found, at = source.lower(), [], 0
    if len(lower) != len(source):
        lower = source  # a few letters change their length; then only tags in small letters are found
    while (start := lower.find(opening, at)) >= 0 and (end := lower.find(closing, start + len(opening))) >= 0:
        end += len(closing)
        found += [source[at:start], replace(source[start:end])]
        at = end
    return "".join(found) + source[at:]


def _name_at(source: str, place: int) -> str:
    found = re.match(r"[a-z]+", source[place : place + 12], re.IGNORECASE)
    return found[0].lower() if found else ""
