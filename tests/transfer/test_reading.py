"""Files that are no export are refused whole, with the line and with what to do, and leave nothing behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hcpov.transfer import wordpress
from hcpov.transfer.wordpress import BadExport
from tests.make import Make
from tests.transfer import wxr
from tests.transfer.wxr import author, export, item, said

GOOD = export(author(), item(1, "A text.", said(1)), item(2))
SECRET = "a secret of the server's"

BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


def with_doctype(inside: str, use: str) -> str:
    return GOOD.replace(DECLARED, f"{DECLARED}<!-- one\ntwo -->\n<!DOCTYPE rss [{inside}]>\n").replace("A text.", use)


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (with_doctype(BOMB, "]]>&e8;<![CDATA["), "Line 4: a DOCTYPE"),
    "external entity": (
        with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "]]>&x;<![CDATA["),
        "Line 4: a DOCTYPE",
    ),
    "remote DTD": (
        GOOD.replace(DECLARED, f'{DECLARED}<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">'),
        "Line 2: a DOCTYPE",
    ),
    "undeclared entity": (GOOD.replace("A text.", "]]>&nope;<![CDATA["), "Line "),
    "cut in the middle": (GOOD[: len(GOOD) // 2], "Line 5 "),
    "cut inside a tag": (GOOD[: GOOD.rindex("</item>") + 4], "Line 5 "),
    "web page": ("<!DOCTYPE html>\n<html><body>Please sign in</body></html>", "Line 1: this is a web page"),
    "web page without doctype": ("<html><body>Please sign in</body></html>", "Line 1: this is a web page"),
    "another feed": ('<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "Line 1: this is something else"),
    "plain feed": (export(item(1), version=""), "names no version"),
    "version of the future": (export(item(1), version="9.9"), "Line 5: the export has version 9.9; 1.0, 1.1, 1.2"),
    "no channel": (f"{wxr.HEAD}</rss>", "no <channel>"),
    "no site": (GOOD.replace(wxr.SITE, "the ward"), "which site"),
    "empty": ("", "The file is empty"),
    "blanks": (" \n\n ", "Line "),
    "words": ("Dear reader,\nhere is my blog", "Line 1 "),
    "NUL": (GOOD.replace("A text.", "A \0 text."), "Line 5 "),
    "control character": (GOOD.replace("A text.", "A \x08 text."), "Line 5 "),
    "binary": (b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(256)), "Line 1 "),
    "bytes that are no UTF-8": (GOOD.encode().replace(b"A text.", b"A \xff text."), "Line 5 "),
    "unknown encoding": (GOOD.replace('encoding="UTF-8"', 'encoding="x-nobody"'), "Line 1 "),
    "too deep": (GOOD.replace("<wp:post_id>", "<b>" * 300 + "</b>" * 300 + "<wp:post_id>"), "Line 5 "),
    "too long a text": (GOOD.replace("A text.", "x" * 11_000_000), "Line "),
}


@pytest.mark.parametrize(("file", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_export_is_refused_and_nothing_is_written(
    file: str | bytes, told: str, take: Callable[..., str], rows: Callable[[], Any], make: Make
) -> None:
    make.comment(make.post())
    before = rows()
    with pytest.raises(BadExport) as refused:
        take(file)
    assert told in str(refused.value)
    assert "xport" in str(refused.value).replace("no WordPress export has", "")  # it says what to do
    assert rows() == before


def test_no_file_is_read_and_nothing_is_fetched_for_an_entity(tmp_path: Path, take: Callable[..., str]) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    file = with_doctype(f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "]]>&x;<![CDATA[")
    with pytest.raises(BadExport) as refused:
        take(file)
    assert SECRET not in str(refused.value)


def test_bounds_on_size_and_number(
    app: Flask, tmp_path: Path, take: Callable[..., str], rows: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows()
    monkeypatch.setattr(wordpress, "MAX_THINGS", 2)
    with pytest.raises(BadExport, match="Line 5: more than 2 posts and comments"):
        take(GOOD)
    monkeypatch.setattr(wordpress, "MAX_BYTES", 100)
    with pytest.raises(BadExport, match="at most 100"):
        take(GOOD)
    assert rows() == before


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_versions_that_wordpress_wrote(version: str, tmp_path: Path) -> None:
    text = export(author(), item(1), version=version).replace("/export/1.2/", f"/export/{version}/")
    read = wordpress.read(wxr.saved(tmp_path, text))
    assert (read.site, read.title) == (wxr.SITE, "The Old Ward")
    assert [(each.number, each.content, each.creator) for each in read.items] == [(1, "A text.", "ada")]


def test_other_encodings_and_the_byte_order_mark(tmp_path: Path) -> None:
    latin = export(item(1, "Café")).replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert wordpress.read(wxr.saved(tmp_path, latin)).items[0].content == "Café"
    assert wordpress.read(wxr.saved(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())).items[0].number == 1
    assert wordpress.read(wxr.saved(tmp_path, export(item(1, "a\ufdd0b")))).items[0].content == "ab"
