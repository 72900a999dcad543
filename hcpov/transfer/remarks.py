"""Comments of an export: their text as Markdown, their state, and threads of one level."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markdownify import MarkdownConverter

from hcpov.auth.models import NAME_LENGTH
from hcpov.comments.models import Comment, State
from hcpov.text import markdown
from hcpov.transfer import tree
from hcpov.transfer.export import Said
from hcpov.transfer.markup import nodes_of
from hcpov.transfer.shortcodes import Gallery
from hcpov.transfer.text import fitted
from hcpov.transfer.tree import HEADINGS, Child, Node

PINGS = frozenset({"pingback", "trackback"})
_STATES = {
    "1": (State.PUBLISHED, ""),
    "approved": (State.PUBLISHED, ""),
    "0": (State.HELD, "held on the old site"),
    "hold": (State.HELD, "held on the old site"),
    "spam": (State.SPAM, "spam on the old site"),
    "trash": (State.REMOVED, "in the trash of the old site"),
    "post-trashed": (State.REMOVED, "in the trash of the old site"),
}
_FLATTENED = HEADINGS | {"table", "img", "dl"}
_TO_ESCAPE = re.compile(r"([!-/:-@\[-`{-~])")


def state_of(said: Said) -> tuple[State, list[str]]:
    """Returns where a comment stands here, and why."""
    if said.kind in PINGS:
        return State.REMOVED, [f"a {said.kind}, not a person's comment"]
    if said.kind not in {"", "comment"}:
        return State.REMOVED, [f"“{said.kind[:40]}”, not a person's comment"]
    state, reason = _STATES.get(said.approved, (State.HELD, f"state “{said.approved[:40]}” on the old site"))
    return state, [reason] if reason else []


def comment_of(said: Said, at: datetime, lead: Callable[[str], str], notes: Counter[str]) -> Comment | None:
    """Returns a comment without its post and parent; None for one without a word in it."""
    body = body_of(said.content, lead, notes)
    if not body:
        return None
    state, reasons = state_of(said)
    return Comment(
        name=fitted(said.name, NAME_LENGTH) or "Anonymous",
        body=body,
        html=markdown.render_comment(body),
        state=state,
        reasons=reasons,
        created_at=at,
        published_at=at if state == State.PUBLISHED else None,
        announced_at=at if state == State.PUBLISHED else None,  # it was read on the old site
    )


def body_of(source: str, lead: Callable[[str], str], notes: Counter[str]) -> str:
    """Returns a comment's HTML as the Markdown of our comments, with every word in it; counts what was done in `notes`.

    Where Markdown would change the words, each sign that means something to it is escaped instead.
    """
    rich = nodes_of(_unbracketed(source), 0, Gallery(), lead, notes)
    notes["headings, tables or pictures in comments became plain lines and links"] += tree.holds(rich, _FLATTENED)
    nodes = _simple(rich)
    words = _words(nodes)
    body = _Converter(heading_style="ATX", escape_misc=True, bullets="-", autolinks=False).convert(tree.write(nodes))
    body = "\n".join(line.rstrip(" \t") for line in body.split("\n")).strip()
    if _words(tree.read(markdown.render_comment(body))) == words:
        return body
    lines = [_TO_ESCAPE.sub(r"\\\1", line.strip()) for line in _apart(nodes).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@dataclass(frozen=True)
class Place:
    """Where a comment stood: the topmost above or at it that readers see, the very first, and how many are above it."""

    shown: int | None
    first: int
    depth: int


def places(said: list[Said]) -> dict[int, Place]:
    """Returns where each comment stood. A ring of answers is cut where it closes."""
    by_number = {each.number: each for each in said}
    found: dict[int, Place] = {}
    for each in said:
        path: list[Said] = []
        climbing: Said | None = each
        on_path: set[int] = set()
        while climbing is not None and climbing.number not in found and climbing.number not in on_path:
            path.append(climbing)
            on_path.add(climbing.number)
            climbing = by_number.get(climbing.parent)
        for one in reversed(path):
            above = found.get(one.parent)
            own = one.number if state_of(one)[0] == State.PUBLISHED else None
            if above is None:
                found[one.number] = Place(own, one.number, 0)
            else:
                found[one.number] = Place(own if above.shown is None else above.shown, above.first, above.depth + 1)
    return found


def parent_of(said: Said, found: dict[int, Place]) -> int | None:
    """Returns the comment that one stands under here; None for the top of the thread.

    What an unseen comment was answered with would never be shown under it, so it moves up.
    """
    place = found[said.number]
    if place.depth == 0 or place.shown == said.number:
        return None
    return place.first if place.shown is None else place.shown


def _unbracketed(source: str) -> str:
    """Doubles brackets, so that nothing a reader wrote is taken for a shortcode of the site's."""
    return source.replace("[", "&#91;")


def _simple(nodes: list[Child]) -> list[Child]:
    """Returns blocks as what a comment can hold: rows become lines, headings bold lines, pictures links."""
    found: list[Child] = []
    for node in nodes:
        if isinstance(node, Node):
            found += _simple_node(node)
        else:
            found.append(node)
    return found


def _simple_node(node: Node) -> list[Child]:
    if node.tag == "img":
        words = node.attributes.get("alt", "").strip() or node.attributes["src"]
        return [Node("a", {"href": node.attributes["src"]}, [f"Picture: {words}"])]
    if node.tag == "tr":
        cells = [_inline(_simple(child.children)) for child in node.children if isinstance(child, Node)]
        return [Node("p", {}, [piece for cell in cells for piece in (" | ", *cell)][1:])]
    if node.tag == "pre":
        return [Node("pre", {}, [tree.text(node.children)])]
    children = _simple(node.children)
    if node.tag == "code":
        return _code_lines(children)
    if node.tag in HEADINGS or node.tag == "dt":
        return [Node("p", {}, [Node("strong", {}, [tree.text(children)])])]
    if node.tag in {"dd", "figcaption", "caption", "summary", "address"}:
        return children if any(tree.is_block(child) for child in children) else [Node("p", {}, children)]
    if node.tag in {"p", "br", "a", "em", "strong", "blockquote", "ul", "ol", "li", "s"}:
        return [node.copy(children)]
    if node.tag == "q":
        return ["“", *children, "”"]
    if node.tag in {"b", "i"}:
        return [Node("strong" if node.tag == "b" else "em", {}, children)]
    return children


def _code_lines(children: list[Child]) -> list[Child]:
    """Returns code as one element for each line: Markdown has no line's end inside such an element."""
    found: list[Child] = []
    for number, line in enumerate(tree.text(children).split("\n")):
        found += [Node("br")] if number else []
        found += [Node("code", {}, [line.strip()])] if line.strip() else []
    return found


def _inline(children: list[Child]) -> list[Child]:
    return [tree.text(children)] if any(tree.is_block(child) for child in children) else children


def _apart(nodes: list[Child]) -> str:
    """Returns the words of nodes with every block on a line of its own."""
    found = ""
    for node in nodes:
        if isinstance(node, str):
            found += node
        else:
            found += "\n\n" if tree.is_block(node) else "\n" if node.tag == "br" else ""
            found += _apart(node.children) + ("\n\n" if tree.is_block(node) else "")
    return found


def _words(nodes: list[Child]) -> str:
    """Returns the words and signs of nodes, without the blanks between them."""
    return "".join(tree.text(nodes).split())


class _Converter(MarkdownConverter):
    """Writes the few elements of `_simple`; addresses never end early at a bracket or a blank."""

    def convert_a(self, el: object, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002  # it is called by name
        """Writes a link with its address in angle brackets."""
        address = str(el.get("href", ""))  # type: ignore[attr-defined]
        address = re.sub(r"[<>\\\s]", lambda match: f"%{ord(match[0]):02X}", address)
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}[{text.strip()}](<{address}>){after}" if text.strip() else text
