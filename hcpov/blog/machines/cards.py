"""The picture that other sites show of a shared page: words on paper, drawn once and kept with the finished pages.

Its fonts are those of the machine, the first that has every letter of a line; Pillow brings one with it, which has
the letters of English and no accents. Accented Latin letters that are missing become plain ones; what else no font can
draw is left out, for a box in its place says nothing.
"""

import io
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from PIL import Image, ImageDraw, ImageFont, features

WIDTH, HEIGHT = 1200, 630  # as Open Graph's readers crop nothing of it
PAPER, INK, SOFT, RULE, ACCENT = "#fbfaf6", "#1c2529", "#566268", "#dedbd1", "#0b5c5d"  # as static/css/pov.css has them
COLOURS = 32  # paper, four inks, and what smooths their edges
KEPT = 64  # cards of some 15 KB in each process, for whoever asks past the finished pages

_MARGIN, _TOP, _FOOT = 80, 78, 500
_SIZES, _LINES = (76, 68, 60, 52, 46), 4  # of a title; when it needs more lines in the smallest, it is cut
# Looked for in the system's folders of fonts. Debian has them as fonts-dejavu-core and fonts-liberation.
_SERIF = ("DejaVuSerif-Bold.ttf", "LiberationSerif-Bold.ttf", "DejaVuSans-Bold.ttf")
_SANS = ("LiberationSans-Regular.ttf", "DejaVuSans.ttf")
_NOWHERE = "\U0010ffff"  # no font has it: what is drawn for it is the box
_TURNED = {"R", "AL", "AN"}  # letters from right to left, which only the better layout can order and join

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class Card:
    """The words of a card: the site's name, what is above the title, the title, and up to two lines below it."""

    site: str
    kicker: str
    title: str
    by: str = ""
    on: str = ""


@lru_cache(KEPT)
def draw(card: Card) -> bytes:
    """Returns the card as a PNG. Takes some 30 milliseconds; nothing in the words makes it take much longer."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    title, kicker = drawable(card.title, _SERIF), drawable(card.kicker, _SANS)
    if not title:
        title, kicker = kicker or drawable(card.site, _SERIF), ""
    _line(pen, _TOP, kicker.upper(), _SANS, 28, ACCENT)
    size, lines = _fitted(title)
    for number, line in enumerate(lines):
        _line(pen, _TOP + 62 + number * round(size * 1.2), line, _SERIF, size, INK)
    pen.rectangle((_MARGIN, _FOOT - 36, WIDTH - _MARGIN, _FOOT - 35), fill=RULE)
    _line(pen, _FOOT - 8, drawable(card.by, _SANS), _SANS, 32, INK)
    _line(pen, _FOOT + 42, drawable(" · ".join(each for each in (card.site, card.on) if each), _SANS), _SANS, 26, SOFT)
    out = io.BytesIO()
    image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def drawable(text: str, names: tuple[str, ...]) -> str:
    """Returns what can be drawn of a text; nothing when that is less than half of its letters."""
    text = " ".join(text.split())
    fonts = _fonts(names, 40)
    if any(_has_all(font, text) for font in fonts):
        return text
    font = max(fonts, key=lambda font: sum(_has(font, each) for each in text))
    best = "".join(_nearest(font, each) for each in text)
    return " ".join(best.split()) if 2 * _letters(best) >= _letters(text) > 0 else ""


def _nearest(font: Font, character: str) -> str:
    """Returns a character, or the plain letter that a Latin one comes from, or nothing."""
    if _has(font, character):
        return character
    plain = _plain(character) if unicodedata.name(character, "").startswith("LATIN ") else ""
    return plain if _has_all(font, plain) else ""


def _plain(character: str) -> str:
    # Its tables take 4 MB: loaded for the few titles that need them.
    plain: str = import_module("text_unidecode").unidecode(character)
    return plain


def _letters(text: str) -> int:
    return sum(each.isalnum() for each in text)


def _fitted(title: str) -> tuple[int, list[str]]:
    """Returns the largest size in which a title fits, with its lines; in the smallest it is cut."""
    for size in _SIZES:
        lines = _wrapped(title, _font_for(title, _SERIF, size), _LINES + 1)
        if len(lines) * size * 1.2 <= _FOOT - _TOP - 100 and len(lines) <= _LINES:
            return size, lines
    *whole, last = lines[:_LINES]
    return size, [*whole, _cut(f"{last}…", _font_for(title, _SERIF, size))]


def _wrapped(text: str, font: Font, most: int) -> list[str]:
    """Returns a text in lines, the first `most` of them. A word that is too long for a line is broken anywhere."""
    lines, words = [""], text.split()[:100]
    while words and len(lines) <= most:
        word = words.pop(0)
        line = f"{lines[-1]} {word}".strip()
        if font.getlength(line) <= WIDTH - 2 * _MARGIN:
            lines[-1] = line
        elif lines[-1]:
            words.insert(0, word)
            lines.append("")
        else:
            fits = _fitting(word, font)
            lines[-1] = word[:fits]
            words.insert(0, word[fits:])
            lines.append("")
    return [line for line in lines if line][:most]


def _line(pen: ImageDraw.ImageDraw, top: int, text: str, names: tuple[str, ...], size: int, ink: str) -> None:
    if text:
        font = _font_for(text, names, size)
        pen.text((_MARGIN, top), _cut(text, font), fill=ink, font=font)


def _cut(text: str, font: Font) -> str:
    """Returns a text as much of which fits on a line, with an ellipsis where it was cut."""
    if font.getlength(text) <= WIDTH - 2 * _MARGIN:
        return text
    return f"{text[: _fitting(text, font) - 1].rstrip(' …')}…"


def _fitting(text: str, font: Font) -> int:
    """Returns how many characters of a text fit on a line, at least one."""
    room = float(WIDTH - 2 * _MARGIN)
    return 1 + bisect_right(range(1, len(text)), room, key=lambda number: font.getlength(f"{text[:number]}…"))


def _font_for(text: str, names: tuple[str, ...], size: int) -> Font:
    fonts = _fonts(names, size)
    return next((font for font in fonts if _has_all(font, text)), fonts[0])


@cache
def _fonts(names: tuple[str, ...], size: int) -> tuple[Font, ...]:
    """Returns the fonts there are on this machine, in order, and Pillow's own."""
    found = []
    for name in names:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    own = ImageFont.load_default(size)
    assert isinstance(own, Font)
    return (*found, own)


def _has_all(font: Font, text: str) -> bool:
    return all(_has(font, each) for each in text)


@lru_cache(4096)
def _has(font: Font, character: str) -> bool:
    """Says whether a font draws a character: something, and not its box."""
    if character in " …" or character.isspace():
        return character != "…" or _shape(font, "…") != _shape(font, _NOWHERE)
    if unicodedata.bidirectional(character) in _TURNED and not features.check("raqm"):
        return False
    return unicodedata.category(character)[0] not in "CZ" and _shape(font, character) != _shape(font, _NOWHERE)


@lru_cache(4096)
def _shape(font: Font, character: str) -> bytes:
    mask = font.getmask(character)
    return bytes(mask) + bytes(f"{mask.size}", "ascii")
