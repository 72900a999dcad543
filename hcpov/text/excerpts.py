"""Short forms of long texts."""

import html
import re

_TAGS = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"\s+")
_BLOCKS = re.compile(r"<(/?)(p|li|ul|ol|h\d|div|blockquote|pre)\b[^>]*>|<br ?/?>")
WORDS_A_MINUTE = 230  # silent reading of English non-fiction, Brysbaert 2019, rounded down


def text_of(markup: str) -> str:
    """Returns the words of cleaned HTML on one line. Not for hostile markup: that is what nh3 is for."""
    spaced = re.sub(r"</(p|li|h\d|div|blockquote|td|th|figcaption|dt|dd)>|<br ?/?>", " ", markup)
    return _BLANKS.sub(" ", html.unescape(_TAGS.sub("", spaced))).strip()


def lines_of(markup: str) -> str:
    """Returns the words of cleaned HTML, a paragraph on a line; before what it quotes stands `> `, as in letters."""
    lines, depth, at = [], 0, 0
    for block in [*_BLOCKS.finditer(markup), None]:
        if words := text_of(markup[at : block.start() if block else None]):
            lines.append("> " * depth + words)
        if block:
            at = block.end()
            depth += (-1 if block[1] else 1) if block[2] == "blockquote" else 0
    return "\n".join(lines)


def excerpt(text: str, limit: int) -> str:
    """Returns `text` cut at a word's end within `limit` characters, with an ellipsis when anything was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:.-> \n")
    return (cut or text[: limit - 1]) + "…"


def reading_minutes(words: int) -> int:
    """Returns how many minutes so many words take to read, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))
