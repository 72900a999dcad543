"""A picture made harmless and small: read, turned upright, stripped, resized, written anew as WebP.

This runs as a process of its own (`python -m hcpov.media.cleaning`): bytes of strangers are read by large libraries in
C, and whatever goes wrong there ends a process that has no secret, little memory, and a bounded time on the processor.
The picture comes in by standard input. Out goes a line of JSON, then the forms one behind the other, narrowest first.
"""

import io
import json
import os
import resource
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image, ImageCms, UnidentifiedImageError

from hcpov.text.pictures import TALLEST, WIDTHS

KINDS = ("JPEG", "PNG", "WEBP", "AVIF")
PIXELS = 40_000_000
MEMORY = 1024 * 1024 * 1024  # bytes of address space: 40 megapixels with transparency need up to 750 MB of it
SECONDS = 20  # on the processor

QUALITY = 80
DRAWN = 4096  # colours that a drawing or a screenshot has at most
ORIENTATION = 0x0112  # EXIF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = {TURNS[each] for each in (5, 6, 7, 8)}  # these change width and height

NOT_READ, BROKEN, TOO_LARGE, TOO_HEAVY = "not read", "broken", "too large", "too heavy"


class Refused(Exception):
    """A picture that is not taken; the message is one of the words above."""


@dataclass(frozen=True)
class Cleaned:
    """A picture as it is kept: the size of its largest form, and the bytes of each form by its width."""

    width: int
    height: int
    forms: dict[int, bytes]


def clean(data: bytes) -> Cleaned:
    """Returns the forms of a picture. Raises Refused. Of an animation, the first picture is taken."""
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as source:
            return _forms(_painted(source))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_LARGE) from None
    except UnidentifiedImageError:
        raise Refused(NOT_READ) from None
    except MemoryError:
        raise Refused(TOO_HEAVY) from None
    except Exception:  # the decoders raise whatever they stumble over
        raise Refused(BROKEN) from None


def _painted(source: Image.Image) -> Image.Image:
    """Returns the picture in sRGB, upright and no larger than its largest form, with nothing else in it."""
    if source.width * source.height > PIXELS:
        raise Image.DecompressionBombError
    turn = _turn(source)
    size = _fitting(source.size, turn in LYING)
    profile = source.info.get("icc_profile")
    # A JPEG is read at half, a quarter or an eighth of its size when that is enough: less memory, less time.
    source.draft(None, (size[0] * 2, size[1] * 2))
    source.load()
    picture = _plain(source)
    picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0) if picture.size != size else picture
    picture = _in_srgb(picture, profile)
    return picture.transpose(turn) if turn is not None else picture


def _turn(source: Image.Image) -> Image.Transpose | None:
    with suppress(Exception):  # EXIF that cannot be read turns nothing
        return TURNS.get(source.getexif().get(ORIENTATION, 1))
    return None


def _fitting(size: tuple[int, int], lying: bool) -> tuple[int, int]:
    """Returns how large a picture is kept; never larger than it came. `lying` ones are turned by a quarter after."""
    widest, tallest = (TALLEST, WIDTHS[-1]) if lying else (WIDTHS[-1], TALLEST)
    scale = min(1.0, widest / size[0], tallest / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _plain(source: Image.Image) -> Image.Image:
    """Returns the picture in a mode that can be resized: grey, RGB, RGBA or CMYK, eight bits each."""
    if source.mode.startswith("I"):  # sixteen bits of grey: Pillow's own conversion cuts what is above 255
        return source.point(lambda grey: grey / 256).convert("L")
    mode = "RGBA" if source.has_transparency_data else source.mode if source.mode in {"L", "RGB", "CMYK"} else "RGB"
    return source if source.mode == mode else source.convert(mode)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Returns a new picture in RGB or RGBA as the profile that came with it means its colours."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    if profile:
        with suppress(Exception):  # a profile that cannot be read is none
            colours = _profiled(colours, profile)
    colours = colours.convert("RGB")
    if alpha is None or alpha.getextrema() == (255, 255):
        return colours
    colours.putalpha(alpha)
    # What lies under full transparency is blanked: it may be what somebody rubbed out.
    return colours.convert("RGBa").convert("RGBA")


def _profiled(colours: Image.Image, profile: bytes) -> Image.Image:
    given, ours = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    changed = ImageCms.profileToProfile(colours, given, ours, outputMode="RGB")
    assert changed is not None
    return changed


def _forms(picture: Image.Image) -> Cleaned:
    """Returns the picture with its narrower forms. A drawing's edges stay sharp where that costs no byte more."""
    width, height = picture.size
    drawing = picture.getcolors(DRAWN) is not None
    forms = {}
    for each in [*(narrow for narrow in WIDTHS if narrow < width), width]:
        form = picture
        if each < width:
            form = picture.resize((each, max(1, round(height * each / width))), Image.Resampling.LANCZOS)
        forms[each] = _written(form, lossless=False)
        if drawing and len(exact := _written(form, lossless=True)) <= len(forms[each]):
            forms[each] = exact
    return Cleaned(width, height, forms)


def _written(picture: Image.Image, lossless: bool) -> bytes:
    file = io.BytesIO()
    nothing = {"exif": b"", "xmp": b"", "icc_profile": b""}  # Pillow would else copy what came with the picture
    picture.save(file, "WEBP", quality=QUALITY, method=4, lossless=lossless, **nothing)
    return file.getvalue()


def _work() -> None:
    """Cleans what comes in, within limits that the system holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # readers come first, but the writer's request waits for this
    with suppress(OSError):  # and where memory runs out, this ends before anything else
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = PIXELS // 2  # Pillow warns there, and refuses at twice as many, before it decodes
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    said: dict[str, Any]
    try:
        cleaned = clean(sys.stdin.buffer.read())
    except Refused as refusal:
        said, forms = {"refused": str(refusal)}, []
    else:
        forms = list(cleaned.forms.values())
        lengths = [[width, len(form)] for width, form in cleaned.forms.items()]
        said = {"width": cleaned.width, "height": cleaned.height, "forms": lengths}
    sys.stdout.buffer.write(b"".join([json.dumps(said).encode("ascii"), b"\n", *forms]))


if __name__ == "__main__":
    _work()
