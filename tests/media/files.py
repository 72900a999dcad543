"""Picture files as people and attackers send them, made here."""

import io
import struct
import zlib
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageDraw, PngImagePlugin

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (30, 50, 220), (250, 250, 250)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>Ward 9</secret></x:xmpmeta>'
BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """Returns a picture whose corners can be told apart: red and green above, blue and white below."""
    picture = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), RED)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), GREEN)
    draw.rectangle((0, height // 2, width // 2 - 1, height), BLUE)
    return picture


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Returns the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photo(orientation: int = 1, kind: str = "JPEG", size: tuple[int, int] = (400, 300), profiled: bool = True) -> bytes:
    """Returns what a telephone sends: a picture that lies as the sensor lay, with the place, a name and a profile."""
    upright = quarters(*size)
    turn = BACK[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = "Ada Reader of Ward 9"
    exif[ExifTags.Base.GPSInfo] = {1: "N", 2: (51.0, 30.0, 26.5), 3: "W", 4: (0.0, 7.0, 39.0)}
    lies = upright.transpose(turn) if turn is not None else upright
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(lies, kind, exif=exif, icc_profile=profile if profiled else None, xmp=XMP, quality=95)


def profile_of_blue_for_red() -> bytes:
    """Returns a colour profile in which red light is called blue and blue is called red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    head, tags = profile[:128], profile[128:]
    return head + tags.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"----", b"bXYZ", 1)


def png_with_texts() -> bytes:
    """Returns a PNG that says more than it shows."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "Ward 9")
    said.add_itxt("Description", "Ward 9", zip=True)
    return saved(quarters(), "PNG", pnginfo=said)


def noise(width: int, height: int) -> Image.Image:
    """Returns a picture that does not compress: the same one each time."""
    grey = Image.frombytes("L", (256, 256), bytes(number * number // 7 % 251 for number in range(256 * 256)))
    return grey.resize((width, height)).convert("RGB")


def png_that_claims(width: int, height: int) -> bytes:
    """Returns a small PNG whose header claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(50_000))), (b"IEND", b""))
    )


def webp_that_claims(width: int, height: int) -> bytes:
    """Returns a small WebP whose header claims a canvas of a size."""
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + canvas + saved(quarters(), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def animation(kind: str) -> bytes:
    """Returns a moving picture whose first picture is red."""
    frames = [Image.new("RGB", (64, 48), colour) for colour in (RED, GREEN, BLUE)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def corners(data: bytes) -> list[tuple[int, int, int]]:
    """Returns the colours near the four corners of a file: above left and right, below left and right."""
    with Image.open(io.BytesIO(data)) as picture:
        shown = picture.convert("RGB")
    right, low = shown.width - shown.width // 8 - 1, shown.height - shown.height // 8 - 1
    places = [(shown.width // 8, shown.height // 8), (right, shown.height // 8), (shown.width // 8, low), (right, low)]
    found = [shown.getpixel(place) for place in places]
    return [each for each in found if isinstance(each, tuple) and len(each) == 3]


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 24) -> bool:
    """Says whether two colours look the same."""
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))
