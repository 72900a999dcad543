"""The picture and the sound of a code. Each picture is drawn once: a second one of the same digits would help to
average the noise away."""

import base64
import io
from functools import cache

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha

WIDTH, HEIGHT = 160, 60
INK = (16, 42, 45, 255)
PAPER = (255, 255, 255)


@cache
def _painter() -> ImageCaptcha:
    return ImageCaptcha(width=WIDTH, height=HEIGHT, font_sizes=(40, 44, 48))


@cache
def _speaker() -> AudioCaptcha:
    return AudioCaptcha()


def picture(code: str) -> str:
    """Returns a picture of the digits as a data URI. A palette of 16 keeps it within a few kilobytes."""
    image = _painter().generate_image(code, bg_color=PAPER, fg_color=INK)
    out = io.BytesIO()
    image.convert("L").quantize(8).save(out, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def sound(code: str) -> bytes:
    """Returns the digits spoken, as WAV."""
    return bytes(_speaker().generate(code))
