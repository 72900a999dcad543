"""Pictures of ours in a text: what the address says, browsers are told; nothing else is let in."""

import html
import re

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hcpov.text import markdown, pictures

DIGEST = "0123456789abcdef"
OURS = re.compile(r' (?:width|height|srcset|sizes|loading|decoding)="[^"]*"')
STEM = f"/media/{DIGEST}-1600x1067"


def image(source: str) -> dict[str, str]:
    """Returns the attributes of the only picture in what a text becomes."""
    tree = html5lib.parse(markdown.render_post(source), namespaceHTMLElements=False)
    (found,) = tree.iter("img")
    return dict(found.attrib)


def test_a_picture_of_ours_carries_its_size_and_its_forms() -> None:
    assert image(f'![A card](<{STEM}.webp> "Front")') == {
        "src": f"{STEM}.webp",
        "alt": "A card",
        "title": "Front",
        "width": "1600",
        "height": "1067",
        "srcset": f"{STEM}-480.webp 480w, {STEM}-960.webp 960w, {STEM}.webp 1600w",
        "sizes": "(min-width:46rem) 42rem, 92vw",
        "loading": "lazy",
        "decoding": "async",
    }


@pytest.mark.parametrize(("width", "forms"), [(1, 1), (480, 1), (481, 2), (960, 2), (961, 3), (1600, 3)])
def test_only_forms_that_are_there_are_named(width: int, forms: int) -> None:
    found = image(f"![](/media/{DIGEST}-{width}x300.webp)")
    names = list(pictures.names(DIGEST * 4, width, 300).values())
    assert len(names) == forms
    assert found.get("srcset", names[0]).count(".webp") == forms
    assert all(pictures.NAME.fullmatch(name) for name in names)
    assert re.findall(r"/media/(\S+)", found.get("srcset", f"/media/{names[0]}")) == names
    assert ("sizes" in found) is (forms > 1)


@pytest.mark.parametrize(
    "source",
    [
        "https://pictures.example.org/a.webp",
        f"https://pictures.example.org{STEM}.webp",
        f"{STEM}.webp?x=1",
        f"{STEM}-480.webp",
        f"/media/../media/{DIGEST}-1600x1067.webp",
        f"/media/{DIGEST}-0x10.webp",
        f"/media/{DIGEST}-10x0.webp",
        f"/media/{DIGEST}-99999x10.webp",
        f"/media/{DIGEST.upper()}-10x10.webp",
        f"/media/{DIGEST}-10x10.png",
        f"x/media/{DIGEST}-10x10.webp",
        f"{DIGEST}-10x10.webp",
        f"//media/{DIGEST}-10x10.webp",
    ],
)
def test_other_pictures_are_left_as_they_are(source: str) -> None:
    assert set(image(f"![A]({source})")) == {"src", "alt"}


def test_raw_markup_cannot_smuggle_a_form_or_a_size() -> None:
    raw = (
        f'<img src="{STEM}.webp" alt="A" srcset="https://spy.example/a.gif 1w" sizes="1px" width="9" height="9000"'
        ' loading="eager" onload="x" style="x">'
    )
    found = image(raw)
    assert (found["width"], found["height"], found["loading"]) == ("1600", "1067", "lazy")
    assert "spy" not in markdown.render_post(raw) and set(found) == set(image(f"![A]({STEM}.webp)"))
    elsewhere = '<img src="https://a.example/a.png" srcset="https://spy.example/a.gif 1w" sizes="1px" width="9">'
    assert image(elsewhere) == {"src": "https://a.example/a.png", "width": "9", "alt": ""}


@pytest.mark.parametrize(
    "source",
    [
        f"<p title='<img src=\"{STEM}.webp\">'>x</p>",
        f"<a title='<img src=' href=' src=\"{STEM}.webp\">'>x</a>",
        f'`<img src="{STEM}.webp">`',
        f'    <img src="{STEM}.webp">',
        f'&lt;img src="{STEM}.webp"&gt;',
        f"<abbr title='a > b <img src=\"{STEM}.webp\"'>x</abbr>",
    ],
)
def test_what_only_looks_like_a_picture_is_let_be(source: str) -> None:
    assert markdown.render_post(source) == markdown.render_post(source.replace("webp", "wepb")).replace("wepb", "webp")


@given(st.text(alphabet=st.sampled_from("<>&\"'/= imgsrctlepa[]()!`\nITA"), max_size=120))
@example(f'<a title="<img src=" href="{STEM}.webp">I')
@example("I")
def test_forms_change_nothing_but_pictures(typed: str) -> None:
    source = (
        typed.replace("I", f"<img src='{STEM}.webp'>").replace("T", f'"{STEM}.webp"').replace("A", f"({STEM}.webp)")
    )
    made = markdown.render_post(source)
    assert pictures.with_forms(made) == made
    known = markdown.clean_post_html(made)
    assert OURS.sub("", made) == OURS.sub("", known)
    images = list(html5lib.parse(made, namespaceHTMLElements=False).iter("img"))
    assert [each.get("srcset") is not None for each in images] == [each.get("src") == f"{STEM}.webp" for each in images]


@given(st.text(max_size=60))
@example("K <3.5 & *not* [this](x) `or` ~~that~~ \\ ward_9_b &amp; ![x](y)")
@example("]( /evil")
def test_the_words_of_a_picture_mean_only_themselves(words: str) -> None:
    alt = " ".join(words.replace("\0", "").split())
    made = markdown.render_post(pictures.markdown(f"{STEM}.webp", alt))
    assert made.count("<img ") == 1 and made.startswith("<p><img ") and made.endswith("></p>\n")
    found = re.search(r' alt="([^"]*)"', made)
    assert found
    assert html.unescape(found[1]) == alt
