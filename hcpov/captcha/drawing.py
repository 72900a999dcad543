"""The picture and the sound of a code.

Each picture is drawn once: a second one of the same digits would help to average the noise away.
"""

import base64
import io
from functools import cache

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from PIL import ImageOps

WIDTH, HEIGHT = 160, 60


@cache
def _painter() -> ImageCaptcha:
    painter = ImageCaptcha(width=WIDTH, height=HEIGHT, font_sizes=(40, 44, 48))
    painter.word_offset_dx = 0.1  # by default neighbours overlap by a quarter, and people then read two as one
    return painter


@cache
def _speaker() -> AudioCaptcha:
    return AudioCaptcha()


def picture(code: str) -> str:
    """Returns a picture of the digits as a data URI. Eight shades keep it within a few kilobytes.

    The package pastes its glyphs through their own luminance, so dark ink comes out pale. Drawn white on black and
    turned over, the ink is full.
    """
    image = ImageOps.invert(_painter().generate_image(code, bg_color=(0, 0, 0), fg_color=(255, 255, 255, 255)))
    out = io.BytesIO()
    image.convert("L").quantize(8).save(out, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def sound(code: str) -> bytes:
    """Returns the digits spoken, as WAV."""
    return bytes(_speaker().generate(code))
