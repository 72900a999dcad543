"""Pictures of ours in a text: the address says the size, so that showing one asks no database.

An address is `/media/<digest>-<width>x<height>.webp`, in pixels. Its narrower forms have their width behind, such as
`…-480.webp`; they are there when the picture is wider than that.
"""

import re

WIDTHS = (480, 960, 1600)  # pixels: a telephone, a telephone with a fine screen, a large screen
TALLEST = 8000  # pixels: a WebP cannot be taller than 16,383
SIZES = "(min-width:46rem) 42rem, 92vw"  # how wide a post's text is, as static/css/pov.css has it

NAME = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})(-480|-960)?\.webp")

# After cleaning, each attribute stands in double quotes and has no `<` in it: what looks like a tag is one.
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_MARKS = re.compile(r"([\\`*_\[\]<&~])")


def names(digest: str, width: int, height: int) -> dict[int, str]:
    """Returns the file names of a picture's forms by their width, the whole picture last."""
    stem = f"{digest[:16]}-{width}x{height}"
    return {each: f"{stem}-{each}.webp" for each in WIDTHS if each < width} | {width: f"{stem}.webp"}


def address(name: str) -> str:
    """Returns where the file of that name is served."""
    return f"/media/{name}"


def markdown(source: str, alt: str) -> str:
    """Returns the Markdown that shows a picture. No sign in `alt` means more than itself."""
    return f"![{_escaped(alt)}]({source})"


def with_forms(html: str) -> str:
    """Returns cleaned HTML whose pictures of ours carry their size and their forms. For nothing but cleaned HTML."""
    return _IMAGE.sub(_shown, html)


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _shown(tag: re.Match[str]) -> str:
    """Returns a picture's tag with what browsers need to choose a form and keep its place; others' as they are.

    One without a description gets an empty one: a screen reader would else spell its address (WCAG 1.1.1).
    """
    attributes = dict(_ATTRIBUTE.findall(tag[1]))
    attributes.setdefault("alt", "")
    source = attributes.get("src", "")
    ours = NAME.fullmatch(source.removeprefix("/media/")) if source.startswith("/media/") else None
    if ours is None or ours[4]:
        return _tag(attributes)
    width, height = int(ours[2]), int(ours[3])
    forms = names(ours[1], width, height)
    attributes |= {"width": str(width), "height": str(height)}
    if len(forms) > 1:
        attributes["srcset"] = ", ".join(f"{address(name)} {each}w" for each, name in forms.items())
        attributes["sizes"] = SIZES
    attributes |= {"loading": "lazy", "decoding": "async"}
    return _tag(attributes)


def _tag(attributes: dict[str, str]) -> str:
    return "<img" + "".join(f' {name}="{value}"' for name, value in attributes.items()) + ">"
