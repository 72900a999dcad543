"""What the site says of its accessibility: what was tested, and how to complain."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.house.markup import problems_of

PATH = "/pages/accessibility/"


def test_it_says_what_was_tested_and_what_was_not(client: FlaskClient) -> None:
    page = client.get(PATH).text
    assert problems_of(page) == []
    for words in (
        "axe-core",
        "320",
        "twice the size",
        "keyboard",
        "Orca",
        "Nobody who needs one has listened yet",
        "within two weeks",
    ):
        assert words in page
    assert "have given no address" in page


@pytest.mark.parametrize(("language", "words"), [("en", "Write to"), ("es", "Escriba a")])
def test_who_runs_the_site_can_be_written_to(
    app: Flask,
    client: FlaskClient,
    unkept: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    settings = replace(app.config["HCPOV"], contact="help@example.org", language=language)
    monkeypatch.setitem(app.config, "HCPOV", settings)
    unkept()
    page = client.get(PATH).text
    unkept()
    assert f'{words} <a href="mailto:help@example.org">help@example.org</a>' in page
    assert "have given no address" not in page and "no han dado" not in page
