"""WordPress's shortcodes, turned into HTML before the HTML is read."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from hcpov.transfer.export import Item
from hcpov.transfer.text import plain

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp"})
_PLAYERS = frozenset({"audio", "video", "embed", "youtube", "vimeo", "dailymotion", "soundcloud", "spotify", "wpvideo"})
_PLAYERS |= {"tweet", "twitter", "instagram", "facebook", "ted", "tiktok", "flickr", "wp_audio", "wp_embed"}
_LIMIT = 4000  # characters in one shortcode: what is longer is text, and looking for its end must not take for ever

# A tag is matched first, and left alone, so that brackets inside an attribute are never taken for a shortcode.
_TOKEN = re.compile(
    r"<[^<>]*>"
    r"|(?P<open>\[\[?)(?P<close>/?)(?P<name>[A-Za-z][\w-]{0,40})"
    r"(?P<rest>(?:[^\]\[\"]|\"[^\"\[]{0,2000}\"){0,1000})(?P<end>\]\]?)"
)
_PAIR = re.compile(r"""([\w-]{1,60})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/\]]+))""")
_EMBED = re.compile(r"\[embed\b[^\]]{0,400}\]\s{0,20}(https?://[^\s\[\]<>]{1,2000})\s{0,20}\[/embed\]")
_FILES = ("src", "url", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv")
_ADDRESS = re.compile(r"https?://[^\s\"'\]<>]+")


@dataclass
class Gallery:
    """The export's attachments, by number and by the post they were uploaded to."""

    by_number: dict[int, Item] = field(default_factory=dict)
    by_parent: dict[int, list[Item]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Gallery":
        """Returns the attachments among `items`."""
        found = cls()
        for item in items:
            if item.kind == "attachment" and item.file:
                found.by_number.setdefault(item.number, item)
                found.by_parent.setdefault(item.parent, []).append(item)
        return found

    def pictures(self, wanted: dict[str, str], post: int) -> list[Item]:
        """Returns the pictures a gallery names, or those of its post in WordPress's order."""
        if "ids" in wanted or "include" in wanted:
            asked = [self.by_number.get(each) for each in _numbers(wanted.get("ids") or wanted.get("include", ""))]
            found = [item for item in asked if item is not None]
        else:
            parent = (_numbers(wanted.get("id", "")) or [post])[0]
            found = sorted(self.by_parent.get(parent, []), key=lambda item: (item.order, item.number))
        without = set(_numbers(wanted.get("exclude", "")))
        return [item for item in found if item.number not in without and _ending(item.file) in PICTURES]


def expand(source: str, post: int, gallery: Gallery, notes: Counter[str]) -> str:
    """Returns `source` with the shortcodes that are known here as HTML; counts in `notes` what was done."""
    captions = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal captions
        name = (match["name"] or "").lower()
        if not name or len(match[0]) > _LIMIT:
            return match[0]
        if match["open"] == "[[" and match["end"] == "]]":
            return match[0][1:-1]
        around = match["open"][:-1], match["end"][1:]
        if name in {"caption", "wp_caption"}:
            captions += -1 if match["close"] else 1
            # A figure that nobody closes would take in the rest of the post.
            words = html.escape(_pairs(match["rest"]).get("caption", ""))
            done = "</figure>" if match["close"] else f'<figure data-caption="{words}">'
        else:
            done = _made(name, match, post, gallery, notes)
        return around[0] + done + around[1]

    expanded = _TOKEN.sub(replaced, _embeds(source))
    return expanded + "</figure>" * max(0, captions)


def link(address: str, label: str = "") -> str:
    """Returns a paragraph that leads to something which is not shown here."""
    return f'<p><a href="{html.escape(address)}">{html.escape(label or address)}</a></p>'


def label(kind: str, address: str) -> str:
    """Returns the words of such a link: what it is, and the file's name or the address."""
    name = PurePosixPath(urlsplit(address).path).name if kind in {"Audio", "Video"} else ""
    return f"{kind}: {name}" if name else address


def _embeds(source: str) -> str:
    """Takes `[embed]address[/embed]` together: its address stands between, not inside."""
    return _EMBED.sub(r"[embed \1]", source)


def _made(name: str, match: re.Match[str], post: int, gallery: Gallery, notes: Counter[str]) -> str:
    wanted = _pairs(match["rest"])
    if name == "gallery" and not match["close"]:
        pictures = gallery.pictures(wanted, post)
        stands = "galleries became lists of pictures"
        notes[stands if pictures else "galleries whose pictures are not in the export were left out"] += 1
        # As the block editor writes its galleries, so that one rule of style serves both.
        shown = "".join(f"<li>{_figure(item)}</li>" for item in pictures)
        return f"\n\n<figure><ul>{shown}</ul></figure>\n\n"
    if name in _PLAYERS:
        if match["close"]:
            return ""
        if address := _address(wanted, match["rest"]):
            notes["players became links"] += 1
            kind = {"audio": "Audio", "wp_audio": "Audio", "video": "Video"}.get(name, "")
            return "\n\n" + link(address, label(kind, address)) + "\n\n"
    if match["close"] or wanted or "_" in name or "-" in name or name in _PLAYERS | {"playlist"}:
        notes[f"[{name}] is left as text: it is not known here"] += 0 if match["close"] else 1
    return match[0][len(match["open"]) - 1 : len(match[0]) - len(match["end"]) + 1]


def _figure(item: Item) -> str:
    words = plain(item.excerpt)
    caption = f"<figcaption>{html.escape(words)}</figcaption>" if words else ""
    alt = plain(item.alt) or plain(item.title)
    return f'<figure><img src="{html.escape(item.file)}" alt="{html.escape(alt)}">{caption}</figure>'


def _address(wanted: dict[str, str], rest: str) -> str:
    named = [wanted[key] for key in _FILES if key in wanted]
    if named and named[0]:
        return html.unescape(named[0])
    found = _ADDRESS.search(html.unescape(rest))
    return found[0] if found else ""


def _pairs(rest: str) -> dict[str, str]:
    return {name.lower(): html.unescape(one or two or three) for name, one, two, three in _PAIR.findall(rest)}


def _numbers(text: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d{1,15}", text)]


def _ending(address: str) -> str:
    try:
        return PurePosixPath(urlsplit(address).path).suffix.lower()
    except ValueError:
        return ""
