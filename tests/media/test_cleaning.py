"""What becomes of a picture: upright, stripped, small, WebP. All through the real process that reads them."""

import io
import re

import pytest
from PIL import Image, ImageCms

from hcpov.media import intake
from hcpov.media.cleaning import PIXELS, Cleaned
from hcpov.media.intake import Refused, TooManyBytes, WrongKind
from tests.media import files
from tests.media.files import BLUE, GREEN, RED, WHITE, corners, is_near, noise, photo, quarters, saved

SCRIPT = b"<html><script>alert(document.domain)</script></html>"


def whole(cleaned: Cleaned) -> bytes:
    """Returns the largest form."""
    return cleaned.forms[cleaned.width]


def opened(data: bytes) -> Image.Image:
    """Returns a form as browsers see it."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_four_kinds_are_taken_and_become_webp(kind: str) -> None:
    cleaned = intake.clean(saved(quarters(700, 500), kind))
    assert (cleaned.width, cleaned.height, list(cleaned.forms)) == (700, 500, [480, 700])
    for width, data in cleaned.forms.items():
        form = opened(data)
        assert (form.format, form.width, form.mode) == ("WEBP", width, "RGB")
        assert all(is_near(*pair) for pair in zip(corners(data), (RED, GREEN, BLUE, WHITE), strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright(kind: str, orientation: int) -> None:
    data = photo(orientation, kind)
    lies = opened(data)
    assert lies.size == ((300, 400) if orientation >= 5 else (400, 300))
    cleaned = intake.clean(data)
    assert (cleaned.width, cleaned.height) == (400, 300)
    assert all(is_near(*pair) for pair in zip(corners(whole(cleaned)), (RED, GREEN, BLUE, WHITE), strict=True))


def test_a_tall_photo_is_as_wide_as_the_others() -> None:
    cleaned = intake.clean(photo(6, size=(1800, 2700)))
    assert (cleaned.width, cleaned.height, list(cleaned.forms)) == (1600, 2400, [480, 960, 1600])
    assert [opened(data).size for data in cleaned.forms.values()] == [(480, 720), (960, 1440), (1600, 2400)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("profiled", [True, False])
def test_nothing_is_left_but_the_picture(kind: str, profiled: bool) -> None:
    data = photo(6, kind, (1000, 750), profiled)
    sent = opened(data)
    assert b"Ward 9" in data and bool(sent.info.get("icc_profile")) is profiled
    assert kind == "AVIF" or sent.getexif().get_ifd(0x8825)[2] == (51.0, 30.0, 26.5)  # the place is in it
    for form in intake.clean(data).forms.values():
        assert re.findall(rb"Ward 9|Ada|EXIF|Exif|XMP |ICCP|xmpmeta", form) == []
        assert set(opened(form).info) <= {"loop", "background", "timestamp", "duration"}


def test_texts_inside_a_png_are_gone() -> None:
    data = files.png_with_texts()
    assert b"Ward 9" in data
    assert b"Ward 9" not in whole(intake.clean(data))


@pytest.mark.parametrize("under", [quarters(), noise(400, 300)], ids=["a drawing", "a photo"])
def test_what_was_rubbed_out_is_gone(under: Image.Image) -> None:
    kept = Image.frombytes("L", under.size, bytes(255 * (x % 40 < 20) for x in range(400)) * 300)
    one, other = under.copy(), Image.composite(under, Image.new("RGB", under.size, BLUE), kept)
    for picture in (one, other):
        picture.putalpha(kept)
    assert one.tobytes() != other.tobytes()
    cleaned = intake.clean(saved(one, "PNG"))
    assert cleaned == intake.clean(saved(other, "PNG"))
    assert opened(whole(cleaned)).getchannel("A").tobytes() == kept.tobytes()


def test_it_is_never_enlarged_and_never_wider_than_needed() -> None:
    assert list(intake.clean(saved(Image.new("RGB", (1, 1), RED), "PNG")).forms) == [1]
    assert list(intake.clean(saved(quarters(480, 10), "PNG")).forms) == [480]
    assert list(intake.clean(saved(quarters(1600, 10), "PNG")).forms) == [480, 960, 1600]
    cleaned = intake.clean(saved(noise(1800, 450), "JPEG"))
    assert (cleaned.width, cleaned.height) == (1600, 400)
    sizes = [len(form) for form in cleaned.forms.values()]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (500, 16_000), (16_000, 500)])
def test_odd_shapes_fit(size: tuple[int, int]) -> None:
    cleaned = intake.clean(saved(Image.new("RGB", size, BLUE), "PNG"))
    assert 1 <= cleaned.width <= 1600 and 1 <= cleaned.height <= 8000
    assert opened(whole(cleaned)).size == (cleaned.width, cleaned.height)


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = saved(noise(600, 400), "JPEG")
    assert intake.clean(data) == intake.clean(data)


def test_a_drawing_stays_sharp() -> None:
    drawing = quarters(600, 400)
    assert opened(whole(intake.clean(saved(drawing, "PNG")))).tobytes() == drawing.tobytes()


def test_cmyk_looks_as_it_is_meant() -> None:
    cleaned = intake.clean(saved(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG", quality=95))
    assert is_near(corners(whole(cleaned))[0], (255, 0, 0))


def test_sixteen_bits_of_grey_are_scaled_and_not_cut() -> None:
    ramp = Image.frombytes("I;16", (256, 8), b"".join(bytes((0, grey)) for grey in range(256)) * 8)
    shown = opened(whole(intake.clean(saved(ramp, "PNG")))).convert("L")
    assert [shown.getpixel((x, 4)) for x in (0, 64, 128, 255)] == [0, 64, 128, 255]


def test_a_palette_with_transparency_keeps_it() -> None:
    drawing = quarters().quantize(4)
    index = drawing.getpixel((399, 299))
    data = saved(drawing, "PNG", transparency=index)
    shown = opened(whole(intake.clean(data)))
    assert shown.mode == "RGBA"
    alpha = shown.getchannel("A")
    assert (alpha.getpixel((10, 10)), alpha.getpixel((390, 290))) == (255, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_a_png_is_taken(mode: str) -> None:
    assert opened(whole(intake.clean(saved(quarters().convert(mode), "PNG")))).mode == "RGB"


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_picture_is_kept(kind: str) -> None:
    data = files.animation(kind)
    assert getattr(opened(data), "n_frames", 1) == 3
    cleaned = intake.clean(data)
    assert getattr(opened(whole(cleaned)), "n_frames", 1) == 1
    assert is_near(corners(whole(cleaned))[0], RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_colour_profile_is_obeyed_before_it_is_dropped(kind: str) -> None:
    data = saved(Image.new("RGB", (640, 48), (255, 0, 0)), kind, icc_profile=files.profile_of_blue_for_red())
    assert is_near(corners(whole(intake.clean(data)))[0], (0, 0, 255), 30)


@pytest.mark.parametrize(
    "profile", [ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(), b"no profile at all" * 9]
)
def test_a_colour_profile_that_does_not_fit_is_left_aside(profile: bytes) -> None:
    data = saved(Image.new("L", (32, 32), 128), "PNG", icc_profile=profile)
    assert is_near(corners(whole(intake.clean(data)))[0], (128, 128, 128))


@pytest.mark.parametrize(
    "data",
    [
        saved(quarters(), "JPEG", comment=SCRIPT) + SCRIPT,
        saved(quarters(), "PNG") + SCRIPT,
        saved(quarters(), "WEBP") + SCRIPT,
        saved(quarters(), "JPEG")[:20] + b"\xff\xfe\x00\x38/*" + SCRIPT + b"*/" + saved(quarters(), "JPEG")[20:],
    ],
)
def test_nothing_of_a_polyglot_is_kept(data: bytes) -> None:
    assert b"script" in data
    for form in intake.clean(data).forms.values():
        assert b"script" not in form and form.startswith(b"RIFF") and form[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("GIF", saved(Image.new("P", (9, 9)), "GIF")),
        ("GIF", b"GIF89a/*" + b"\0" * 9 + b"*/=1;" + SCRIPT),
        ("GIF", files.animation("GIF")),
        ("SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("SVG", b'<?xml version="1.0"?>\n<!-- x -->\n<svg/>'),
        ("TIFF", saved(quarters(), "TIFF")),
        ("BMP", saved(quarters(), "BMP")),
        ("PDF", saved(quarters(), "PDF")),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99),
        ("no picture", SCRIPT),
        ("no picture", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
        ("no picture", saved(quarters(), "ICO")),
        ("no picture", b"\0"),
        ("no picture", "Ünïcode".encode() * 999),
    ],
)
def test_other_kinds_are_refused_by_what_they_are(name: str, data: bytes) -> None:
    with pytest.raises(WrongKind, match=rf"This is .*{name}.* Save it as JPEG, PNG, WebP or AVIF"):
        intake.clean(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_one_that_is_cut_short_is_refused(kind: str, part: float) -> None:
    data = saved(noise(700, 500), kind)
    with pytest.raises(Refused, match="cut short or damaged"):
        intake.clean(data[: int(len(data) * part)])


@pytest.mark.parametrize(
    "data",
    [
        files.png_that_claims(60_000, 60_000),
        files.webp_that_claims(16_383, 16_383),
        saved(Image.new("1", (6_400, PIXELS // 6_400 + 1)), "PNG"),
        saved(Image.new("L", (8_000, 6_000)), "JPEG"),
        saved(Image.new("L", (8_000, 6_000)), "WEBP", method=0),
    ],
    ids=["a PNG's bomb", "a WebP's bomb", "a pixel too many", "JPEG", "WebP"],
)
def test_too_many_pixels_are_refused_before_they_are_read(data: bytes) -> None:
    with pytest.raises(Refused, match="more than 40 megapixels"):
        intake.clean(data)


def test_forty_megapixels_are_taken() -> None:
    assert intake.clean(saved(Image.new("L", (6_400, PIXELS // 6_400)), "PNG")).width == 1600


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(Refused, match="Choose a file"):
        intake.clean(b"")
    with pytest.raises(TooManyBytes, match="larger than 20 MB"):
        intake.clean(bytes(intake.BYTES + 1))
