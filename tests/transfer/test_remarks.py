"""Comments of an export: words, states, threads."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcpov.comments.models import State
from hcpov.text import markdown
from hcpov.transfer import remarks, tree
from hcpov.transfer.export import Said


def same(address: str) -> str:
    return address


def body(source: str) -> str:
    return remarks.body_of(source, same, Counter())


def shown(source: str) -> str:
    return markdown.render_comment(body(source)).strip()


def one(number: int, parent: int = 0, approved: str = "1", kind: str = "") -> Said:
    return Said(number, "Rita", "", 0, kind, approved, parent, "", "", "x")


WRITTEN = {
    "line end": ("One,\ntwo.", "<p>One,<br>\ntwo.</p>"),
    "blank line": ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
    "bold": ("a <b>b</b> <em>c</em>", "<p>a <strong>b</strong> <em>c</em></p>"),
    "signs of Markdown": ("*a* _b_ `c` [d](e) # f\n1. g\n> h", "<p>*a* _b_ `c` [d](e) # f<br>\n1. g<br>\n&gt; h</p>"),
    "less than": ("&lt;3.5 mmol &amp; more", "<p>&lt;3.5 mmol &amp; more</p>"),
    "shortcode of the site": ("[gallery] [audio http://x/y]", "<p>[gallery] [audio http://x/y]</p>"),
    "heading": ("<h1>a</h1>b", "<p><strong>a</strong></p>\n<p>b</p>"),
    "row": ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a | b</p>"),
    "code on lines": ("<code>a {\n  b\n}</code>", "<p><code>a {</code><br>\n<code>b</code><br>\n<code>}</code></p>"),
    "verse": ("<pre>a\n\n  b</pre>", "<pre><code>a\n\n  b\n</code></pre>"),
    "script": ("a<script>b</script>", "<p>a</p>"),
    "fence in a verse": ("<pre>a\n```\nb</pre>c", "<p>a<br>\n```<br>\nb</p>\n<p>c</p>"),
}


@pytest.mark.parametrize(("source", "html"), WRITTEN.values(), ids=WRITTEN.keys())
def test_comments_become_markdown_of_ours(source: str, html: str) -> None:
    assert shown(source) == html


def test_links_and_pictures_keep_their_addresses() -> None:
    link = '<a href="https://e.example.org/a_(b)?c=d&amp;e">x</a>'
    assert 'href="https://e.example.org/a_(b)?c=d&amp;e"' in shown(link)
    picture = shown('<img src="https://f.example.org/a.jpg" alt="A ward">')
    assert 'href="https://f.example.org/a.jpg"' in picture and ">Picture: A ward</a>" in picture
    assert "javascript" not in shown('<a href="javascript:x">a</a>')


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet="ab1. \n*_`[]()<>#-+~|\\&;!\"'=", max_size=60))
def test_no_word_of_plain_text_is_lost(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = tree.text(tree.read(markdown.render_comment(body(escaped))))
    assert "".join(words.split()) == "".join(text.split())


STATES = {
    "approved": (one(1), State.PUBLISHED, []),
    "waiting": (one(1, approved="0"), State.HELD, ["held on the old site"]),
    "spam": (one(1, approved="spam"), State.SPAM, ["spam on the old site"]),
    "trash": (one(1, approved="trash"), State.REMOVED, ["in the trash of the old site"]),
    "unknown": (one(1, approved="perhaps"), State.HELD, ["state “perhaps” on the old site"]),
    "pingback": (one(1, kind="pingback"), State.REMOVED, ["a pingback, not a person's comment"]),
    "shop": (one(1, kind="order_note"), State.REMOVED, ["“order_note”, not a person's comment"]),
    "comment by name": (one(1, kind="comment"), State.PUBLISHED, []),
}


@pytest.mark.parametrize(("said", "state", "reasons"), STATES.values(), ids=STATES.keys())
def test_states(said: Said, state: State, reasons: list[str]) -> None:
    assert remarks.state_of(said) == (state, reasons)


THREADS = {
    "two levels": ([one(1), one(2, 1)], {1: None, 2: 1}),
    "answers to answers": ([one(1), one(2, 1), one(3, 2), one(4, 3)], {1: None, 2: 1, 3: 1, 4: 1}),
    "children first": ([one(4, 3), one(3, 2), one(2, 1), one(1)], {1: None, 2: 1, 3: 1, 4: 1}),
    "parent missing": ([one(2, 9), one(3, 2)], {2: None, 3: 2}),
    "parent unseen": ([one(1, approved="0"), one(2, 1), one(3, 2)], {1: None, 2: None, 3: 2}),
    "unseen between": ([one(1), one(2, 1, "spam"), one(3, 2)], {1: None, 2: 1, 3: 1}),
    "unseen under unseen": ([one(1, 0, "0"), one(2, 1, "0"), one(3, 2, "0")], {1: None, 2: 1, 3: 1}),
    "its own parent": ([one(1, 1)], {1: None}),
}


@pytest.mark.parametrize(("said", "parents"), THREADS.values(), ids=THREADS.keys())
def test_threads_have_one_level(said: list[Said], parents: dict[int, int | None]) -> None:
    found = remarks.places(said)
    assert {each.number: remarks.parent_of(each, found) for each in said} == parents


def test_a_ring_of_answers_is_cut_and_long_chains_are_quick() -> None:
    ring = [one(1, 3), one(2, 1), one(3, 2)]
    found = remarks.places(ring)
    parents = {each.number: remarks.parent_of(each, found) for each in ring}
    tops = [number for number, parent in parents.items() if parent is None]
    assert len(tops) == 1 and set(parents.values()) == {None, tops[0]}
    chain = [one(1), *(one(number, number - 1) for number in range(2, 50_000))]
    found = remarks.places(list(reversed(chain)))
    assert {remarks.parent_of(each, found) for each in chain} == {None, 1}
