"""Addresses that people type: which ones may be clicked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcpov.text.links import host_of
from hcpov.text.plain import one_line


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://nursing.example.org/verify?licence=R0012345#top", "nursing.example.org"),
        ("https://NPIREGISTRY.cms.hhs.gov", "npiregistry.cms.hhs.gov"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
        ("https://register.xn--p1ai/", "register.xn--p1ai"),
        ("https://example.org/Ärzte/", "example.org"),
    ],
)
def test_good_links(link: str, host: str) -> None:
    assert host_of(link) == host


@pytest.mark.parametrize(
    "link",
    [
        "",
        "example.org",
        "http://example.org/",
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://example.org/",
        "data:text/html,<script>",
        "//example.org/",
        "https:example.org",
        "https:///example.org",
        "https://",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::1",
        "https://example.org:8443/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://good.example@evil.example/",
        "https://@evil.example/",
        "https://exämple.org/",
        "https://example.org\\@evil.example/",
        "https://exam ple.org/",
        "https://example.org/\u202egro.live",
        "https://example.org/\n",
        "https://example.org./",
        "https://-example.org/",
        "https://" + "a" * 64 + ".org/",
        "https://" + "a." * 130 + "org/",
    ],
)
def test_bad_links(link: str) -> None:
    assert host_of(link) == ""


@given(st.text())
def test_nothing_typed_breaks_it(text: str) -> None:
    assert host_of(text) == "" or text.startswith("https")
    host_of("https://" + text)


@pytest.mark.parametrize("turn", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_name_turns_no_line(turn: str) -> None:
    assert one_line(f"Ada{turn} Reader") == "Ada Reader"
