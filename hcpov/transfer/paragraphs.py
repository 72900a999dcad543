"""WordPress's automatic paragraphs: a blank line begins a paragraph, a line's end is a line's end.

WordPress does this with regular expressions on the text each time a page is shown; here it is done once, on the tree,
so that it cannot open what it does not close.
"""

import re
from collections.abc import Iterator

from hcpov.transfer.tree import BLANK, HEADINGS, STRUCTURE, Child, Node, is_blank, is_block

_BLANK_LINE = re.compile(r"\n[ \t]*\n[ \t\n]*")
_OWN_LINE = re.compile(r"(?:^|(?<=\n))[ \t]*(https?://[^\s<>\"]+)[ \t]*(?=\n|$)")
_FLOW = frozenset({"div", "blockquote", "details"})
_ONE_LINE = HEADINGS | {"p", "summary"}

_GAP = Node("gap")


def paragraphs(nodes: list[Child], lines: bool) -> list[Child]:
    """Returns the top of a text with everything in a block. `lines` is off for the block editor's own paragraphs."""
    return _flow(nodes, lines, "")


def own_lines(nodes: list[Child], tag: str = "") -> tuple[list[Child], int]:
    """Returns nodes in which an address alone on its line is a paragraph with a link, and how many there were."""
    found: list[Child] = []
    count = 0
    for place, node in enumerate(nodes):
        if isinstance(node, Node):
            if node.tag in {"p", "div", "figure", "blockquote", "li", "td"}:
                node.children, inner = own_lines(node.children, node.tag)
                count += inner
            found.append(node)
            continue
        before = place == 0 or _ends_line(nodes[place - 1])
        after = place == len(nodes) - 1 or _ends_line(nodes[place + 1])
        pieces = _addresses(node, before, after) if tag not in {"li", "td"} else [node]
        count += sum(isinstance(piece, Node) for piece in pieces)
        found += pieces
    return found, count


def _ends_line(child: Child) -> bool:
    return is_block(child) or (isinstance(child, Node) and child.tag == "br")


def _addresses(text: str, before: bool, after: bool) -> list[Child]:
    pieces: list[Child] = []
    at = 0
    for match in _OWN_LINE.finditer(text):
        if (match.start() == 0 and not before) or (match.end() == len(text) and not after):
            continue
        pieces += [text[at : match.start()], Node("p", {}, [Node("a", {"href": match[1]}, [match[1]])])]
        at = match.end()
    return [*pieces, text[at:]]


def _flow(children: list[Child], lines: bool, tag: str) -> list[Child]:
    groups = list(_groups(children, lines))
    runs = [group for group in groups if isinstance(group, list)]
    parted = any(group is _GAP for group in groups)
    if tag in {"", "blockquote"}:
        wrap = True
    elif tag in _FLOW:
        wrap = parted or len(runs) < len([group for group in groups if group is not _GAP])
    else:
        wrap = parted
    found: list[Child] = []
    for group in groups:
        if isinstance(group, list):
            found += [Node("p", {}, group)] if wrap else group
        elif group is not _GAP:
            found.append(_inside(group, lines))
    return found


def _inside(node: Node, lines: bool) -> Node:
    if node.tag in STRUCTURE:
        node.children = [_inside(child, lines) for child in node.children if isinstance(child, Node)]
    elif node.tag in _ONE_LINE:
        node.children = _joined(node, lines)
    elif node.tag != "pre":
        node.children = _flow(node.children, lines, node.tag)
    return node


def _joined(node: Node, lines: bool) -> list[Child]:
    """Keeps a heading or paragraph in one piece: there a blank line is no more than a line's end."""
    found: list[Child] = []
    for group in _groups(node.children, lines):
        if isinstance(group, list):
            found += [Node("br"), *group] if found else group
        elif group is not _GAP:
            found.append(group)
    return found


def _groups(children: list[Child], lines: bool) -> Iterator[list[Child] | Node]:
    """Yields runs of text and inline elements, the blocks between them, and a gap where a blank line parts two runs."""
    run: list[Child] = []
    pending = False
    for piece in [*_pieces(children, lines), _GAP]:
        if piece is not _GAP and not is_block(piece):
            run.append(piece)
            continue
        if trimmed := _trimmed(run):
            if pending:
                yield _GAP
            yield trimmed
            pending = True
        run = []
        if isinstance(piece, Node) and piece is not _GAP:
            yield piece
            pending = False


def _pieces(children: list[Child], lines: bool) -> list[Child]:
    found: list[Child] = []
    for child in children:
        if isinstance(child, str):
            found += _text(child, lines, bool(found) and isinstance(found[-1], Node) and found[-1].tag == "br")
        elif is_block(child) or not child.children:
            found.append(child)
        else:
            found += _parted(child, lines)
    return found


def _text(text: str, lines: bool, after_break: bool) -> list[Child]:
    found: list[Child] = []
    for number, part in enumerate(_BLANK_LINE.split(text)):
        if number:
            found.append(_GAP)
        if not lines:
            found.append(part)
            continue
        for line, words in enumerate(_lines(part)):
            if line and not (after_break and line == 1 and number == 0 and not found[0]):
                found.append(Node("br"))
            found.append(words)
    return found


def _lines(text: str) -> list[str]:
    """Returns the lines of a text without the blanks at their ends; those at the text's own ends stay."""
    first, *rest = text.split("\n")
    if not rest:
        return [text]
    return [first.rstrip(" \t"), *(line.strip(" \t") for line in rest[:-1]), rest[-1].lstrip(" \t")]


def _parted(node: Node, lines: bool) -> list[Child]:
    """Parts an inline element at the blank lines in it, as browsers do with the paragraphs WordPress makes there."""
    parts: list[list[Child]] = [[]]
    for piece in _pieces(node.children, lines):
        if piece is _GAP:
            parts.append([])
        else:
            parts[-1].append(piece)
    found: list[Child] = []
    for number, part in enumerate(parts):
        found += [_GAP] if number else []
        if any(not is_blank(piece) for piece in part) or len(parts) == 1:
            found.append(node.copy(part))
    return found


def _trimmed(run: list[Child]) -> list[Child]:
    """Returns a run without blanks and line breaks at its ends."""
    first, last = 0, len(run)
    while first < last and _is_edge(run[first]):
        first += 1
    while last > first and _is_edge(run[last - 1]):
        last -= 1
    kept = run[first:last]
    if kept and isinstance(kept[0], str):
        kept[0] = kept[0].lstrip(BLANK)
    if kept and isinstance(kept[-1], str):
        kept[-1] = kept[-1].rstrip(BLANK)
    return kept


def _is_edge(child: Child) -> bool:
    return is_blank(child) or (isinstance(child, Node) and child.tag == "br")
