"""Addresses in a text that is read away from its page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcpov.text.absolute_links import absolute
from hcpov.text.markdown import render_post

BASE = "https://pov.example.org/blog/2013/01/post/"


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("/x?a=1&b=2", "https://pov.example.org/x?a=1&amp;b=2"),
        ("x", f"{BASE}x"),
        ("../y/", "https://pov.example.org/blog/2013/01/y/"),
        ("#n", f"{BASE}#n"),
        ("?p=1", f"{BASE}?p=1"),
        ("//other.example/z", "https://other.example/z"),
        ("http://other.example/", "http://other.example/"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
        ("tel:+44123", "tel:+44123"),
        ("//[half", "//[half"),
    ],
)
def test_addresses_become_whole(typed: str, whole: str) -> None:
    assert absolute(render_post(f'<a href="{typed}">a</a>'), BASE) == f'<p><a href="{whole}">a</a></p>\n'
    assert f'src="{whole}"' in absolute(render_post(f'<img src="{typed}">'), BASE) or ":" in typed.split("/")[0]


def test_only_addresses_are_changed() -> None:
    html = render_post('<p title="x" dir="y">write href="/x" or &lt;a href="/x"&gt;</p>\n\n`<a href="/x">`')
    assert absolute(html, BASE) == html
    tricky = render_post('<abbr title="&lt;a href=&quot;/x&quot;&gt;">x</abbr>')
    assert absolute(tricky, BASE) == tricky


@given(st.text())
def test_nothing_typed_breaks_it(text: str) -> None:
    html = render_post(f"{text}\n\n[a](/{text})\n\n<q cite='{text}'>q</q>")
    assert absolute(absolute(html, BASE), BASE) == absolute(html, BASE)
