"""A WordPress post's text, turned into a body of ours: HTML blocks that Markdown lets through as they are."""

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import nh3

from hcpov.text import markdown
from hcpov.text.plain import clean
from hcpov.transfer import tree
from hcpov.transfer.discards import without_code, without_comments
from hcpov.transfer.paragraphs import own_lines, paragraphs
from hcpov.transfer.shortcodes import Gallery, expand, label
from hcpov.transfer.structure import pruned, sorted_out
from hcpov.transfer.tree import BLOCKS, STRUCTURE, Child, Node

_ROUNDS = 4

_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]{0,200}?url\(\s*[\"']?([^\"')]{1,2000})", re.IGNORECASE)

_RENAMED = {"h1": "h2", "center": "div", "tt": "code", "strike": "s", "acronym": "abbr", "section": "div"}
_RENAMED |= dict.fromkeys(("article", "aside", "header", "footer", "main", "nav"), "div") | {"dir": "ul"}
_MEDIA = {"iframe": "", "embed": "", "object": "", "audio": "Audio", "video": "Video"}
_CONTROLS = {"input", "textarea", "select", "button", "option"}
_INLINE = set("a abbr b br cite code del em i ins kbd mark q s small strong sub sup u var samp dfn time img".split())
_WIDE_TAGS = {*BLOCKS, *_INLINE, *_RENAMED, *_MEDIA, *_CONTROLS, "form", "source", "param"}
_WIDE_ATTRIBUTES = {
    "*": {"title"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    **{tag: {"src", "data", "title"} for tag in ("iframe", "embed", "audio", "video", "source", "object")},
    "param": {"name", "value"},
    "div": {"style"},
    "section": {"style"},
    "figure": {"data-caption"},
    "ol": {"start", "reversed"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "q": {"cite"},
    "blockquote": {"cite"},
    "time": {"datetime"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(frozen=True)
class Text:
    """A body of ours, its HTML, and what was done to the original: in words, with how often."""

    body: str
    html: str
    notes: Counter[str]


def converted(source: str, post: int, gallery: Gallery, lead: Callable[[str], str]) -> Text:
    """Returns a post's text. `lead` says where an address of the old site leads now."""
    notes: Counter[str] = Counter()
    nodes = nodes_of(source, post, gallery, lead, notes)
    body = "\n\n".join(_laid_out(node) for node in nodes if isinstance(node, Node))
    ready = markdown.render_post(body)
    if tree.shape(tree.read(ready)) != tree.shape(nodes):
        raise RuntimeError(f"the text of post {post} does not pass through Markdown unchanged")
    return Text(body, ready, notes)


def nodes_of(source: str, post: int, gallery: Gallery, lead: Callable[[str], str], notes: Counter[str]) -> list[Child]:
    """Returns a text's cleaned blocks."""
    source = clean(source)
    lines = "<!-- wp:" not in source
    source = without_comments(source, notes)
    source = without_code(expand(source, post, gallery, notes), notes)
    formed = nh3.clean(source, tags=_WIDE_TAGS, attributes=_WIDE_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
    nodes = tree.read(formed)
    nodes, count = own_lines(_translated(nodes, lead, notes))
    notes["addresses on a line of their own became links"] += count
    return _settled(pruned(paragraphs(sorted_out(nodes), lines)))


def _settled(nodes: list[Child]) -> list[Child]:
    """Cleans until a parser reads back just what was written, so that nothing is left for browsers to repair."""
    for _round in range(_ROUNDS):
        read = tree.read(markdown.clean_post_html(tree.write(nodes)))
        again = pruned(paragraphs(sorted_out(read), lines=False))
        if tree.shape(again) == tree.shape(nodes):
            return again
        nodes = again
    raise RuntimeError("a text does not come to rest")


def _translated(nodes: list[Child], lead: Callable[[str], str], notes: Counter[str]) -> list[Child]:
    found: list[Child] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
        elif node.tag in _MEDIA:
            found += _link_instead(node, lead, notes)
        elif node.tag == "form" or node.tag in _CONTROLS:
            notes["forms were left out"] += 1
        else:
            found += _element(node, lead, notes)
    return found


def _element(node: Node, lead: Callable[[str], str], notes: Counter[str]) -> list[Child]:
    if node.tag == "h1":
        notes["first headings became second ones: a page's first heading is its title"] += 1
    node.tag = _RENAMED.get(node.tag, node.tag)
    before = _behind_text(node, lead, notes)
    node.children = _translated(node.children, lead, notes)
    if node.tag == "img":
        return _picture(node, lead, notes)
    if node.tag == "a" and "href" in node.attributes:
        _lead_on(node, lead, notes)
    if node.tag == "figure":
        _caption(node)
    return [*before, node]


def _lead_on(node: Node, lead: Callable[[str], str], notes: Counter[str]) -> None:
    old = node.attributes["href"]
    new = node.attributes["href"] = lead(old)
    if new in {old, ""}:
        return
    # What was not imported stays on the old site, and a link without its name would look for it here.
    spelt_out = ":" not in old and new.endswith(old.lstrip("./"))
    words = "links without the old site's name now have it" if spelt_out and not new.startswith("/") else ""
    notes[words or "links to the old site lead to the new addresses"] += 1


def _picture(node: Node, lead: Callable[[str], str], notes: Counter[str]) -> list[Child]:
    source = node.attributes.get("src", "").strip()
    if not source:
        notes["pictures without an address on the web were left out"] += 1
        return []
    attributes = {"src": lead(source), "alt": node.attributes.get("alt", "")}
    attributes |= {key: node.attributes[key] for key in ("title",) if node.attributes.get(key)}
    attributes |= {key: node.attributes[key] for key in ("width", "height") if node.attributes.get(key, "").isdecimal()}
    return [Node("img", attributes)]


def _behind_text(node: Node, lead: Callable[[str], str], notes: Counter[str]) -> list[Child]:
    found = _BACKGROUND.search(node.attributes.pop("style", ""))
    if not found or not found[1].startswith(("http:", "https:", "/")):
        return []
    notes["pictures behind text stand above it"] += 1
    return [Node("figure", {}, [Node("img", {"src": lead(found[1].strip()), "alt": ""})])]


def _caption(node: Node) -> None:
    """Makes a figure of what stood in [caption]: the picture, then all the rest as its caption."""
    given = node.attributes.pop("data-caption", None)
    if given is None:
        return
    place = next((n for n, child in enumerate(node.children) if _has_picture(child)), None)
    if place is None:
        node.tag = "div"
        return
    rest = [*node.children[:place], *node.children[place + 1 :]]
    if not tree.text(rest).strip() and given:
        rest = tree.read(nh3.clean(given, tags={"em", "strong", "b", "i", "code"}))
    node.children = [node.children[place], Node("figcaption", {}, rest)]


def _has_picture(child: Child) -> bool:
    return isinstance(child, Node) and tree.holds([child], frozenset({"img"}))


def _link_instead(node: Node, lead: Callable[[str], str], notes: Counter[str]) -> list[Child]:
    address = lead(_source(node))
    if not address:
        notes["players and frames without an address were left out"] += 1
        return []
    notes["players and frames became links"] += 1
    words = node.attributes.get("title", "").strip() or label(_MEDIA[node.tag], address)
    return [Node("p", {}, [Node("a", {"href": address}, [words])])]


def _source(node: Node) -> str:
    own = node.attributes.get("src") or node.attributes.get("data") or ""
    if not own and node.attributes.get("name", "").lower() in {"movie", "src", "url"}:
        own = node.attributes.get("value", "")
    inner = (_source(child) for child in node.children if isinstance(child, Node))
    return own.strip() or next((found for found in inner if found), "")


def _laid_out(node: Node) -> str:
    """Returns an element on lines a person can edit, none of them blank."""
    blocks = [child for child in node.children if not tree.is_blank(child)]
    apart = node.tag in STRUCTURE | {"div", "blockquote", "figure", "details"}
    if not apart or not blocks or not all(tree.is_block(child) for child in blocks):
        return tree.write([node])
    opening, closing = tree.write([node.copy([])]).rsplit("</", 1)
    lines = [_laid_out(child) if isinstance(child, Node) else html.escape(child, quote=False) for child in blocks]
    return "\n".join([opening, *lines, f"</{closing}"])
