"""Markdown to HTML that is safe to show to anybody.

Two steps, always both: CommonMark by markdown-it, then an allow-list by nh3. The list is by what we let in, so that an
attribute nobody thought of (`hx-get`, `style`, `onclick`, `id`) is out without being named.
"""

from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hcpov.text import pictures

_INLINE = {"a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "strong"}
_INLINE |= {"sub", "sup", "u", "var", "span", "samp", "dfn", "time"}
_BLOCKS = {"p", "blockquote", "ul", "ol", "li", "pre", "hr", "dl", "dt", "dd", "div"}
_RICH = {"h2", "h3", "h4", "h5", "h6", "img", "figure", "figcaption", "table", "caption", "thead", "tbody", "tfoot"}
_RICH |= {"tr", "th", "td", "colgroup", "col", "address", "details", "summary"}
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "dfn": {"title"},
    "time": {"datetime"},
    "ol": {"start", "reversed"},
    "img": {"src", "alt", "title", "width", "height"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "q": {"cite"},
    "blockquote": {"cite"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_COMMENT_TAGS = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "s"}


def _lower_headings(tokens: list[Token]) -> list[Token]:
    """Moves a post's first-level headings to the second level: the page's only first level is the post's title."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"} and token.tag == "h1":
            token.tag = "h2"
    return tokens


_POST = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable(["table", "strikethrough"])
_COMMENT = (
    MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    .enable("strikethrough")
    # People indent with blanks and start lines with "#3" or "1)"; none of that means a heading, code or a picture here.
    .disable(["heading", "lheading", "hr", "code", "image", "html_block", "html_inline", "reference"])
)


def _clean(html: str, tags: set[str], **options: Any) -> str:
    return nh3.clean(html, tags=tags, url_schemes=_SCHEMES, strip_comments=True, **options)


def render_post(source: str) -> str:
    """Returns a post's HTML. Raw HTML in it is kept as far as the allow-list goes; pictures of ours get their forms."""
    env: dict[str, Any] = {}
    html = _POST.renderer.render(_lower_headings(_POST.parse(source, env)), _POST.options, env)
    return pictures.with_forms(clean_post_html(html))


def clean_post_html(html: str) -> str:
    """Returns `html` with only what a post may hold."""
    return _clean(html, _INLINE | _BLOCKS | _RICH, attributes=_ATTRIBUTES, link_rel=None)


def render_comment(source: str) -> str:
    """Returns a comment's HTML. HTML typed by the writer is shown as the letters typed, so `<3.5 mmol` is not lost.

    Links carry `nofollow ugc noopener`: a comment is no way to lend a site our good name.
    """
    return _clean(_COMMENT.render(source), _COMMENT_TAGS, attributes={"a": {"href"}}, link_rel="nofollow ugc noopener")
