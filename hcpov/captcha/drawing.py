"""The picture of a code.

Each picture is drawn once: a second one of the same digits would help to average its chance away.

Common readers cut a line of text into upright strips and find one sign in each. So the digits dance up and down and
stand so close that their strips overlap, while each keeps its shape and place: people see whole digits in order.
Solved by the better of ddddocr and tesseract (bench/captcha.py; five digits of 0 2 3 4 5 6 8 9): the package's
defaults 71 %, its text in full ink 100 %, with more turning, lines, dots or arcs 86-100 %, dancing 83-91 %, dancing and
close 23 %, interval 19-28 (this). Torn or rippled rows 0-40 %, inverted discs and bands 37-74 %, but people stumble
over them. Digits that are bigger or further apart 43-91 %. Who cuts the picture out and stretches it first reads
91-94 % of these too: the code is never the only gate.
"""

import base64
import io
import secrets
from dataclasses import dataclass, field
from functools import cache
from math import pi, sin

from captcha.image import ImageCaptcha
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 200, 75  # as templates/captcha/_code.html shows it
INK, PAPER = (20, 28, 32), (255, 255, 255)
SHADES = 4  # ink, paper, two between for smooth edges: two bits a pixel

_FINER = 3  # digits are drawn larger and shrunk, because the package's turning and warping leave ragged edges
_LOWEST = 24  # a digit that came out lower than this, in pixels, is enlarged
_SWING = 14  # how far the line goes up and down, in pixels
_STEP = 0.35, 0.65  # how far one digit is along that wave from the one before, in half turns
_TOUCH = 2  # by how many pixels neighbours may cut into each other
_HALO = 1  # pixels of paper around a digit where it meets the one before
_ADVANCE = 0.72  # the least way from middle to middle, of the mean width: their order stays plain

_chance = secrets.SystemRandom()


def picture(code: str) -> str:
    """Returns a picture of the digits as a data URI of about a kilobyte."""
    ink = _painter().line(code)
    steps = SHADES - 1
    image = Image.frombytes("P", ink.size, ink.point(lambda value: round(value * steps / 255)).tobytes())
    image.putpalette(
        [
            round(paper + (full - paper) * step / steps)
            for step in range(SHADES)
            for paper, full in zip(PAPER, INK, strict=True)
        ]
    )
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=True, bits=2)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


class Painter(ImageCaptcha):
    """The package's digits, turned and warped by it, set close on a wave by us.

    The package pastes a digit through its own luminance, so that dark ink comes out pale (2.8:1). Here only its alpha
    is used, and the ink is full.
    """

    character_rotate = (-30, 30)
    character_warp_dx = (0.1, 0.3)
    character_warp_dy = (0.1, 0.3)

    def __init__(self) -> None:
        super().__init__(WIDTH, HEIGHT, font_sizes=tuple(size * _FINER for size in (32, 35, 38)))
        self._measure = ImageDraw.Draw(Image.new("RGB", (1, 1)))

    def line(self, code: str) -> Image.Image:
        """Returns the code's ink: 255 where it is full, 0 where the paper is bare."""
        at, step = _chance.uniform(0, 2 * pi), _chance.uniform(*_STEP) * pi * _chance.choice((1, -1))
        line = _Line()
        for number, character in enumerate(code):
            digit = self.digit(character)
            down = _SWING * sin(at + number * step) + _chance.uniform(-3, 3)
            top = round((HEIGHT - digit.height) / 2 + down)
            line.set(digit, min(max(top, 1), HEIGHT - 1 - digit.height))
        return line.somewhere()

    def digit(self, character: str) -> Image.Image:
        """Returns one digit's ink, turned and warped by the package, cut to its size."""
        large = self._draw_character(character, self._measure, (255, 255, 255, 255)).getchannel("A")
        large = large.crop(large.getbbox())
        scale = max(1 / _FINER, _LOWEST / large.height)
        size = max(1, round(large.width * scale)), round(large.height * scale)
        small: Image.Image = large.resize(size, Image.Resampling.LANCZOS)
        return small


@dataclass
class _Line:
    """Digits put down from left to right, each as close to those before as their shapes allow."""

    ink: Image.Image = field(default_factory=lambda: Image.new("L", (2 * WIDTH, HEIGHT)))
    ends: list[int] = field(default_factory=lambda: [-WIDTH] * HEIGHT)  # where the ink of each row ends
    middle: float = -WIDTH
    last_width: int = 0

    def set(self, digit: Image.Image, top: int) -> None:
        """Puts the next digit down."""
        rows = _rows(digit)
        free = max((self.ends[top + row] - _TOUCH - left for row, left, _ in rows), default=0)
        step = round(self.middle + _ADVANCE * (self.last_width + digit.width) / 2 - digit.width / 2)
        x = max(0, free, step)
        around = Image.new("L", (digit.width + 2 * _HALO, digit.height + 2 * _HALO))
        around.paste(digit, (_HALO, _HALO))
        self.ink.paste(0, (x - _HALO, top - _HALO), around.filter(ImageFilter.MaxFilter(2 * _HALO + 1)))
        self.ink.paste(255, (x, top), digit)
        for row, _, right in rows:
            self.ends[top + row] = max(self.ends[top + row], x + right)
        self.middle, self.last_width = x + digit.width / 2, digit.width

    def somewhere(self) -> Image.Image:
        """Returns the line on a sheet of the picture's size, at a place left to chance."""
        margin = 2
        wide = min(max(self.ends), self.ink.width)
        ink = self.ink.crop((0, 0, wide, HEIGHT))
        room = WIDTH - 2 * margin
        if wide > room:
            ink = ink.resize((room, HEIGHT), Image.Resampling.LANCZOS)
        sheet = Image.new("L", (WIDTH, HEIGHT))
        sheet.paste(ink, (margin + _chance.randint(0, room - ink.width), 0))
        return sheet


def _rows(digit: Image.Image) -> list[tuple[int, int, int]]:
    """Returns, for each row that has ink, its number and where the ink begins and ends. Soft edges do not count."""
    data, wide = digit.point(lambda value: 255 if value > 60 else 0).tobytes(), digit.width
    found = []
    for row in range(digit.height):
        left = data.find(b"\xff", row * wide, (row + 1) * wide)
        if left >= 0:
            right = data.rfind(b"\xff", row * wide, (row + 1) * wide)
            found.append((row, left - row * wide, right - row * wide + 1))
    return found


@cache
def _painter() -> Painter:
    return Painter()
