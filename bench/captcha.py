"""Measures the security code: who reads it, who hears it, what it weighs, what it costs.

    .venv/bin/python bench/captcha.py [--ocr PYTHON] [--pictures 300] [--sounds 100] [--sheet sheet.png]

PYTHON is that of an environment with ddddocr (it brings numpy):
`python3 -m venv /tmp/ocr && /tmp/ocr/bin/pip install ddddocr`. tesseract is Debian's tesseract-ocr. A reader that is
not there is left out with a line that says so. `--sheet` writes the first 45 pictures with their answers, to be looked
at: the figures say nothing of whether people can read them. The last line is JSON.
"""

import argparse
import base64
import gzip
import io
import json
import math
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.pop(0)  # this folder, in which this file has the name of the package
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image, ImageDraw

from hcpov.captcha import drawing, speech
from hcpov.captcha.challenges import ALPHABET, DIGITS

HERE = Path(__file__).resolve().parent
T = TypeVar("T")
Answers = dict[str, dict[str, str]]


def code() -> str:
    """Returns a new code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(DIGITS))


def interval(hits: int, of: int) -> tuple[float, float]:
    """Returns the 95 % interval of a share, after Wilson."""
    z, share = 1.96, hits / of
    middle, spread = share + z * z / 2 / of, z * math.sqrt(share * (1 - share) / of + z * z / 4 / of / of)
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def luminance(value: float) -> float:
    """Returns the relative luminance of a grey, after WCAG."""
    return value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4


def contrast(image: Image.Image) -> float:
    """Returns the contrast of the median pixel of ink and the paper."""
    pixels = image.convert("L").tobytes()
    paper = statistics.mode(pixels)
    ink = statistics.median(value for value in pixels if value < 128)
    return (luminance(paper) + 0.05) / (luminance(ink) + 0.05)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Returns the CPU milliseconds of a piece of work, and its result."""
    begin = time.process_time()
    result = work()
    return (time.process_time() - begin) * 1000, result


def ddddocr(folder: Path, python: str) -> Answers:
    """Returns what ddddocr reads."""
    return _elsewhere([python, str(HERE / "captcha_readers.py"), str(folder), ALPHABET], "ddddocr (--ocr PYTHON)")


def listeners(folder: Path, python: str) -> Answers:
    """Returns what template matching hears."""
    return _elsewhere(
        [python, str(HERE / "captcha_listeners.py"), str(folder), str(speech.VOICES / "en")], "numpy (--ocr)"
    )


def tesseract(folder: Path) -> Answers:
    """Returns what tesseract reads, one line of the alphabet's digits, in pictures three times as large."""
    if not shutil.which("tesseract"):
        print("Left out: tesseract. On Debian: apt-get install tesseract-ocr")
        return {}
    paths = sorted(folder.glob("*.png"))
    large = folder / "large"
    large.mkdir()
    for path in paths:
        with Image.open(path) as image:
            size = image.width * 3, image.height * 3
            image.convert("L").resize(size, Image.Resampling.LANCZOS).save(large / path.name)
    (folder / "list").write_text("\n".join(str(large / path.name) for path in paths))
    command = ["tesseract", str(folder / "list"), "-", "--psm", "7", "-c", f"tessedit_char_whitelist={ALPHABET}"]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}
    )
    pages = ["".join(page.split()) for page in run.stdout.split("\f")]
    return {"tesseract": {path.stem: page for path, page in zip(paths, pages, strict=False)}}


def rates(answers: Answers) -> dict[str, list[float]]:
    """Prints who got how many codes exactly right, and returns it."""
    found = {}
    for name, said in answers.items():
        hits = sum(answer == file.split("-")[1] for file, answer in said.items())
        low, high = interval(hits, len(said))
        print(f"  {name:36} {hits:4} of {len(said):4}  {hits / len(said):6.1%}  ({low:.1%} to {high:.1%})")
        found[name] = [round(each, 4) for each in (hits / len(said), low, high)]
    return found


def pictures(count: int, python: str, sheet: Path | None) -> dict[str, object]:
    """Measures the picture."""
    drawing.picture(code())  # the fonts are loaded with the first
    codes = [code() for _ in range(count)]
    drawn = [timed(lambda each=each: drawing.picture(each)) for each in codes]
    cpu, uris = [each for each, _ in drawn], [each for _, each in drawn]
    files = [base64.b64decode(uri.split(",")[1]) for uri in uris]
    images = [Image.open(io.BytesIO(each)) for each in files]
    contrasts = [contrast(each) for each in images]
    if sheet:
        contact_sheet(codes[:45], images[:45]).save(sheet)
    print(f"\nPicture: {count} of {DIGITS} digits of {ALPHABET}, {images[0].width} x {images[0].height}")
    figures = {
        "data_uri_bytes": row("data URI, bytes", [len(each) for each in uris], "{:.0f}"),
        "data_uri_gzip_bytes": row("the same by gzip", [len(gzip.compress(each.encode())) for each in uris], "{:.0f}"),
        "contrast": row("contrast of ink to paper", contrasts, "{:.1f}"),
        "cpu_ms": row("CPU, ms", cpu, "{:.1f}"),
    }
    with tempfile.TemporaryDirectory() as folder:
        for number, (each, file) in enumerate(zip(codes, files, strict=True)):
            Path(folder, f"{number:04}-{each}.png").write_bytes(file)
        print("  Solved:")
        return figures | {"solved": rates(tesseract(Path(folder)) | ddddocr(Path(folder), python))}


def sounds(count: int, python: str) -> dict[str, object]:
    """Measures the sound."""
    speech.speak(code(), b"")  # the clips are loaded with the first
    codes = [(code(), secrets.token_bytes(32)) for _ in range(count)]
    spoken = [timed(lambda each=each: speech.speak(*each)) for each in codes]
    print(f"\nSound: {count} of {DIGITS} digits, {speech.RATE} Hz")
    figures = {
        "bytes": row("bytes", [len(each) for _, each in spoken], "{:.0f}"),
        "cpu_ms": row("CPU, ms", [each for each, _ in spoken], "{:.1f}"),
        "voice_over_ground_db": row(
            "digits over what is under them, dB", [loudness(*each) for each in codes], "{:.1f}"
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        for number, ((each, _), (_, sound)) in enumerate(zip(codes, spoken, strict=True)):
            Path(folder, f"{number:04}-{each}.wav").write_bytes(sound)
        print("  Solved by whoever has the clips:")
        return figures | {"solved": rates(listeners(Path(folder), python))}


def loudness(spelled: str, seed: bytes) -> float:
    """Returns how many decibels the digits are above the ground, where there are digits."""
    voices, ground = speech.voices_and_ground(spelled, seed)
    heard = [(voice, under) for voice, under in zip(voices, ground, strict=True) if voice]
    return 10 * math.log10(sum(voice**2 for voice, _ in heard) / sum(under**2 for _, under in heard))


def row(name: str, values: list[float], form: str) -> dict[str, float]:
    """Prints least, median and most, and returns them."""
    least, middle, most = min(values), statistics.median(values), max(values)
    print(f"  {name:36} {form.format(least):>8} {form.format(middle):>8} {form.format(most):>8}")
    return {"least": round(least, 2), "median": round(middle, 2), "most": round(most, 2)}


def contact_sheet(codes: list[str], images: list[Image.Image], columns: int = 5) -> Image.Image:
    """Returns the pictures at the size the page shows them, with what they say under each."""
    wide, high = drawing.WIDTH + 12, drawing.HEIGHT + 22
    sheet = Image.new("RGB", (columns * wide, -(-len(images) // columns) * high), (205, 222, 222))
    for number, (each, image) in enumerate(zip(codes, images, strict=True)):
        x, y = number % columns * wide + 6, number // columns * high + 4
        sheet.paste(image.convert("RGB"), (x, y))
        ImageDraw.Draw(sheet).text((x, y + drawing.HEIGHT + 2), f"{number + 1}: {each}", fill=(0, 0, 0))
    return sheet


def _elsewhere(command: list[str], needs: str) -> Answers:
    if not command[0]:
        print(f"  Left out: whatever needs {needs}")
        return {}
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"  Left out: whatever needs {needs}: {run.stderr.strip().splitlines()[-1]}")
        return {}
    return dict(json.loads(run.stdout.splitlines()[-1]))


def main() -> None:
    """Prints the tables and a line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--ocr", default="", help="the Python that has ddddocr")
    options.add_argument("--pictures", type=int, default=300)
    options.add_argument("--sounds", type=int, default=100)
    options.add_argument("--sheet", type=Path)
    chosen = options.parse_args()
    print(f"{'least, median, most':>66}")
    found = {
        "picture": pictures(chosen.pictures, chosen.ocr, chosen.sheet),
        "sound": sounds(chosen.sounds, chosen.ocr),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
