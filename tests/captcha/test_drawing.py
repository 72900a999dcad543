"""The picture: small, dark enough, new each time, and silent about its answer."""

import base64
import gzip
import io
import secrets
import statistics
import struct

import pytest
from captcha.image import ImageCaptcha
from flask.testing import FlaskClient
from PIL import Image

from hcpov.captcha import drawing
from hcpov.captcha.challenges import ALPHABET, DIGITS
from tests.make import Make

CODES = [(ALPHABET * DIGITS)[number : number + DIGITS] for number in range(30)]


def png(code: str) -> bytes:
    return base64.b64decode(drawing.picture(code).removeprefix("data:image/png;base64,"), validate=True)


def opened(file: bytes) -> Image.Image:
    with Image.open(io.BytesIO(file)) as image:
        return image.convert("L")


def luminance(value: float) -> float:
    return value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4


def contrast(image: Image.Image) -> float:
    """The contrast of the median pixel of ink, soft edges included, and the paper, after WCAG 1.4.3."""
    pixels = image.tobytes()
    ink = statistics.median(value for value in pixels if value < 240)
    return (luminance(statistics.mode(pixels)) + 0.05) / (luminance(ink) + 0.05)


def chunks(file: bytes) -> list[str]:
    """The names of a PNG's parts."""
    found, at = [], 8
    while at < len(file):
        length, name = struct.unpack(">I4s", file[at : at + 8])
        found.append(name.decode())
        at += 12 + length
    return found


def test_small_dark_and_of_the_size_shown() -> None:
    for code in CODES:
        file = png(code)
        assert len(drawing.picture(code)) <= 2600
        assert opened(file).size == (200, 75)
        assert contrast(opened(file)) >= 4.5


def test_contrast_can_fail() -> None:
    """What the package draws by itself in this ink is too pale: its digits are pasted through their own luminance."""
    pale = ImageCaptcha(200, 75).create_captcha_image("24689", (*drawing.INK, 255), drawing.PAPER).convert("L")
    assert contrast(pale) < 4.5


def test_fragment_within_three_kilobytes(client: FlaskClient, make: Make) -> None:
    post = make.post(title="A title as long as they come, with a word or two to spare" * 2)
    for _ in range(10):
        body = client.get(f"/captcha?for={post.id}").data
        assert len(gzip.compress(body, 6)) <= 3000


def test_every_digit_leaves_its_ink() -> None:
    """A digit that fell off the sheet would show as ink that does not grow with the code."""
    for digit in ALPHABET:
        one, five = (sum(value < 128 for value in opened(png(digit * count)).tobytes()) for count in (1, 5))
        assert one > 40
        assert five > 2.2 * one


@pytest.mark.parametrize("code", ["00000", "24689", "888888"])
def test_all_ink_is_inside(code: str) -> None:
    for _ in range(20):
        image = opened(png(code))
        edges = [image.crop(box) for box in ((0, 0, 200, 1), (0, 74, 200, 75), (0, 0, 1, 75), (199, 0, 200, 75))]
        assert all(min(edge.tobytes()) == 255 for edge in edges)


def test_digits_stand_in_their_order() -> None:
    """Each digit's middle is right of the one before by more than half its width, so nobody reads them crosswise."""
    painter = drawing.Painter()
    for code in CODES:
        line = drawing._Line()
        middles, widths = [], []
        for number, character in enumerate(code):
            digit = painter.digit(character)
            assert digit.height >= 24
            line.set(digit, (5, 30)[number % 2])
            middles.append(line.middle)
            widths.append(digit.width)
        for number in range(1, len(code)):
            assert middles[number] - middles[number - 1] >= 0.7 * (widths[number - 1] + widths[number]) / 2 - 1


def test_no_two_pictures_of_the_same_digits() -> None:
    assert len({png("24689") for _ in range(30)}) == 30
    assert isinstance(drawing._chance, secrets.SystemRandom)  # and nobody can draw the same again


def test_nothing_but_the_picture_is_in_the_file() -> None:
    for code in CODES[:5]:
        file = png(code)
        assert set(chunks(file)) <= {"IHDR", "PLTE", "IDAT", "IEND"}
        assert code.encode() not in file
        with Image.open(io.BytesIO(file)) as image:
            assert image.info == {}
