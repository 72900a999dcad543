"""Puts elements where HTML allows them, so that a strict parser finds nothing to repair."""

from collections.abc import Callable

from hcpov.transfer.tree import BLOCKS, HEADINGS, STRUCTURE, VOID, Child, Node, holds, is_blank, is_block, text

_PHRASING_ONLY = HEADINGS | {"p", "pre", "summary"}
_SHOWN = frozenset({"img", "hr"})
_KEPT_EMPTY = frozenset({"li", "dt", "dd", "th", "td", "tr", "thead", "tbody", "tfoot", "colgroup"}) | VOID
_PARTS = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "tr": {"th", "td"},
    "colgroup": {"col"},
}
_HOMES = {"li": ("ul", "ol"), "dt": ("dl", "div"), "dd": ("dl", "div")}
_INSIDE = {"ul": "li", "ol": "li", "dl": "dd", "tr": "td"}
_BARE = {"summary": "details", "figcaption": "figure"}


def sorted_out(nodes: list[Child]) -> list[Child]:
    """Returns nodes with blocks out of paragraphs and inline elements, and with every part inside its whole."""
    return _homed(_hoisted(_unlinked(nodes, False)), "")


def pruned(nodes: list[Child]) -> list[Child]:
    """Returns nodes without elements that show nothing."""
    found: list[Child] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
            continue
        node.children = pruned(node.children)
        if node.tag == "pre":
            _trim_pre(node)
        if node.tag == "br" or node.tag in _KEPT_EMPTY or _shows(node):
            found.append(node)
        elif node.tag not in BLOCKS:
            found += [child for child in node.children if isinstance(child, str)]  # a blank between two words stays
    return found


def _shows(node: Node) -> bool:
    return bool(text(node.children).strip()) or holds(node.children, _SHOWN)


def _trim_pre(node: Node) -> None:
    """Takes the line ends off the beginning of a `pre`: HTML loses the first one each time it is read."""
    while node.children and isinstance(node.children[0], str):
        node.children[0] = node.children[0].lstrip("\n")
        if node.children[0]:
            return
        node.children.pop(0)


def _unlinked(nodes: list[Child], in_link: bool) -> list[Child]:
    """Takes links out of links, and links that lead nowhere."""
    found: list[Child] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
            continue
        is_link = node.tag == "a"
        node.children = _unlinked(node.children, in_link or is_link)
        if is_link and (in_link or not node.attributes.get("href")):
            found += node.children
        else:
            found.append(node)
    return found


def _hoisted(nodes: list[Child]) -> list[Child]:
    found: list[Child] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
            continue
        node.children = _hoisted(node.children)
        if not any(is_block(child) for child in node.children):
            found.append(node)
        elif node.tag in _PHRASING_ONLY:
            found += _regrouped(node.children, node.copy, lambda block: block)
        elif node.tag not in BLOCKS:
            found += _spread(node, node.children)
        else:
            found.append(node)
    return found


def _spread(around: Node, children: list[Child]) -> list[Child]:
    """Moves an inline element from around blocks to inside them: a bold list becomes a list of bold items."""

    def within(block: Node) -> Node:
        if block.tag in STRUCTURE:
            inner = [within(child) if isinstance(child, Node) else child for child in block.children]
            return block.copy(list(inner))
        return block.copy(_spread(around, block.children)) if block.tag not in VOID else block

    return _regrouped(children, around.copy, within)


def _regrouped(
    children: list[Child], wrap: Callable[[list[Child]], Node], within: Callable[[Node], Node]
) -> list[Child]:
    found: list[Child] = []
    run: list[Child] = []
    for child in [*children, None]:
        if child is not None and not is_block(child):
            run.append(child)
            continue
        found += run if all(is_blank(each) for each in run) else [wrap(run)]
        run = []
        if isinstance(child, Node):
            found.append(within(child))
    return found


def _homed(nodes: list[Child], parent: str) -> list[Child]:
    found: list[Child] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
            continue
        node.children = _homed(node.children, node.tag)
        if node.tag in _PARTS:
            found += _whole(node)
        elif node.tag in _BARE and parent != _BARE[node.tag]:
            found.append(_renamed(node))
        elif (homes := _HOMES.get(node.tag)) and parent not in homes:
            _add_to(found, homes[0], node)
        else:
            found.append(node)
    return _one_caption(found) if parent == "figure" else found


def _renamed(node: Node) -> Node:
    return Node("div" if any(is_block(child) for child in node.children) else "p", {}, node.children)


def _add_to(found: list[Child], home: str, node: Node) -> None:
    last = next((each for each in reversed(found) if not is_blank(each)), None)
    if isinstance(last, Node) and last.tag == home and last.attributes.get("made") == "":
        last.children.append(node)
    else:
        found.append(Node(home, {"made": ""}, [node]))


def _whole(node: Node) -> list[Child]:
    """Returns a list or table with nothing in it but its parts; the rest becomes a part or goes behind it."""
    kept: list[Child] = []
    behind: list[Child] = []
    for child in node.children:
        if is_blank(child):
            continue
        if isinstance(child, Node) and child.tag in _PARTS[node.tag]:
            kept.append(child)
        elif node.tag not in _INSIDE:
            behind.append(child)
        elif kept and isinstance(child, Node) and child.tag in {"ul", "ol"} and isinstance(kept[-1], Node):
            kept[-1].children.append(child)
        else:
            kept.append(Node(_INSIDE[node.tag], {}, [child]))
    node.children = kept
    return [node, *behind]


def _one_caption(children: list[Child]) -> list[Child]:
    captions = [child for child in children if isinstance(child, Node) and child.tag == "figcaption"]
    if not captions:
        return children
    rest = [child for child in children if not any(child is caption for caption in captions)]
    return [*rest, *(_renamed(caption) for caption in captions[1:]), captions[0]]
