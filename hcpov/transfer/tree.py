"""HTML as a small tree.

nh3 does what a browser does with bad markup and hands back well-formed HTML; what is read here is only ever that.
"""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Deeper elements are left out, what is in them is not. This bounds every recursion over a tree, and how often an inline
# element that is spread over many blocks is repeated.
DEPTH = 60
INLINE_DEPTH = 10
_ONCE = frozenset(
    "a abbr b cite code dfn em i kbd mark samp strong u var".split()
)  # inside themselves they add nothing

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
STRUCTURE = frozenset({"ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "colgroup"})
BLOCKS = HEADINGS | STRUCTURE | frozenset(
    "p blockquote li pre hr dt dd div figure figcaption caption th td col address details summary".split()
)  # fmt: skip
BLANK = " \t\n\r\f"
_BLANKS = re.compile(f"[{BLANK}]+")
_BLANK_LINES = re.compile(r"\n(?=[ \t\f]*\n)")


@dataclass
class Node:
    """An element."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)

    def copy(self, children: "list[Node | str]") -> "Node":
        """Returns the same element around other content."""
        return Node(self.tag, dict(self.attributes), children)


Child = Node | str


@dataclass(frozen=True)
class _Level:
    """An open element of the tree, with what is around it."""

    node: Node
    blocks: int = 0
    inlines: int = 0
    once: frozenset[str] = frozenset()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [_Level(self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        level = self.open[-1]
        if tag in VOID:
            level.node.children.append(node)
            return
        inner = self._inside(level, node)
        if inner is not level:
            level.node.children.append(node)
        self.open.append(inner)

    def _inside(self, level: _Level, node: Node) -> _Level:
        if node.tag in BLOCKS:
            too_deep = level.blocks >= DEPTH
            return level if too_deep else _Level(node, level.blocks + 1, level.inlines, level.once)
        if level.inlines >= INLINE_DEPTH or node.tag in level.once:
            return level
        return _Level(node, level.blocks, level.inlines + 1, level.once | (_ONCE & {node.tag}))

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        children = self.open[-1].node.children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)


def read(markup: str) -> list[Child]:
    """Returns the nodes of well-formed HTML."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.root.children


def write(nodes: list[Child], within_pre: bool = False) -> str:
    """Returns nodes as HTML without a blank line, which would end an HTML block in Markdown."""
    return "".join(_written(node, within_pre) for node in nodes)


def _written(node: Child, within_pre: bool) -> str:
    if isinstance(node, str):
        text = html.escape(node, quote=False).replace("\xa0", "&nbsp;")
        return _BLANK_LINES.sub("&#10;", text) if within_pre else _BLANKS.sub(" ", text)
    attributes = "".join(f' {name}="{_quoted(value)}"' for name, value in node.attributes.items())
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    inner = write(node.children, within_pre or node.tag == "pre")
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"


def _quoted(value: str) -> str:
    return html.escape(_BLANKS.sub(" ", value)).replace("\xa0", "&nbsp;")


def is_block(child: Child) -> bool:
    """Says whether a child is an element that stands on lines of its own."""
    return isinstance(child, Node) and child.tag in BLOCKS


def is_blank(child: Child) -> bool:
    """Says whether a child is nothing but blanks."""
    return isinstance(child, str) and not child.strip(BLANK)


def text(nodes: list[Child]) -> str:
    """Returns the words of nodes as they stand."""
    return "".join(
        node if isinstance(node, str) else "\n" if node.tag == "br" else text(node.children) for node in nodes
    )


def holds(nodes: list[Child], tags: frozenset[str]) -> bool:
    """Says whether one of these elements is anywhere in nodes."""
    return any(isinstance(node, Node) and (node.tag in tags or holds(node.children, tags)) for node in nodes)


def shape(nodes: list[Child], within_pre: bool = False) -> list[object]:
    """Returns nodes in a form to compare trees in; blanks between blocks, which nobody sees, are left out."""
    found: list[object] = []
    among_blocks = any(is_block(node) for node in nodes)
    for node in nodes:
        if isinstance(node, Node):
            inner = shape(node.children, within_pre or node.tag == "pre")
            found.append((node.tag, sorted(node.attributes.items()), inner))
        elif within_pre or not (among_blocks and is_blank(node)):
            found.append(node if within_pre else _BLANKS.sub(" ", node))
    return found
