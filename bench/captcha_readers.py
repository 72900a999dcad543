"""Reads pictures of codes for bench/captcha.py: `python captcha_readers.py FOLDER ALPHABET`. Needs ddddocr.

Prints a JSON object: for each reader the answers by file name. ddddocr's own set_ranges answers nothing; here its raw
scores are decoded with the alphabet's digits alone, as somebody who wants to get in would. The readers marked * are
ddddocr after a bounding box and a stretch chosen for this very picture: no ready-made reader does that, but who looks
at a few pictures may.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import ddddocr
from PIL import Image, ImageOps

STRETCHED = 1.6


class Reader:
    """One of ddddocr's two models."""

    def __init__(self, beta: bool) -> None:
        self.owner = ddddocr.DdddOcr(show_ad=False, beta=beta)  # kept: its end is the end of its engine
        self.engine = self.owner.ocr_engine
        self.charset = self.engine.get_charset()

    def read(self, image: Image.Image, alphabet: str) -> str:
        """Returns the likeliest sign of each strip, repeats and blanks left out."""
        session = self.engine.session
        given = {session.get_inputs()[0].name: self.engine._preprocess_image(image.convert("RGB"), False)}
        scores = session.run(None, given)[0]
        scores = scores[:, 0, :] if scores.shape[1] == 1 else scores[0]
        likeliest = scores[:, [0, *map(self.charset.index, alphabet)]].argmax(1)
        answer, before = "", 0
        for sign in likeliest:
            if sign and sign != before:
                answer += alphabet[sign - 1]
            before = sign
        return answer


def looks(image: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Yields the picture as it is, cut to its ink, and that stretched."""
    yield "", image
    left, top, right, bottom = ImageOps.invert(image).point(lambda value: 255 if value > 100 else 0).getbbox()
    cut = image.crop((max(0, left - 4), max(0, top - 4), min(image.width, right + 4), min(image.height, bottom + 4)))
    yield ", cut *", cut
    yield ", cut and stretched *", cut.resize((int(cut.width * STRETCHED), cut.height), Image.Resampling.BICUBIC)


def main() -> None:
    """Answers for every file of the folder."""
    readers = {"ddddocr": Reader(beta=False), "ddddocr beta": Reader(beta=True)}
    found: dict[str, dict[str, str]] = {}
    for path in sorted(Path(sys.argv[1]).glob("*.png")):
        with Image.open(path) as picture:
            image = picture.convert("L")
        for look, seen in looks(image):
            for name, reader in readers.items():
                found.setdefault(name + look, {})[path.stem] = reader.read(seen, sys.argv[2])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
