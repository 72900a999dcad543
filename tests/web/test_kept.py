"""What somebody wrote comes back with an error, and what somebody signs in with never does."""

import pytest
from flask import Flask, request
from werkzeug.exceptions import InternalServerError, ServiceUnavailable

from hcpov.web import errors, kept
from tests.house.markup import problems_of
from tests.make import Make

WORDS = {"name": "Ada Lovelace", "body": "Words that took an hour.", "email": "ada@example.org"}


def sent(app: Flask, path: str, data: dict[str, str] | None = None) -> list[str]:
    """Returns the names of the fields that an error would show again."""
    with app.test_request_context(path, method="POST", data=data or WORDS):
        return [each.name for each in kept.fields()]


def test_what_was_written_is_kept(app: Flask, make: Make) -> None:
    assert sent(app, make.post().comments) == ["name", "body", "email"]


def test_forms_of_who_signs_in_are_never_shown_again(app: Flask) -> None:
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("auth.") and "POST" in (rule.methods or ())
    ]
    paths = {rule.rule for rule in rules if not rule.arguments}
    assert {"/sign-in", "/join", "/reset", "/account/password"} <= paths
    assert [path for path in paths if sent(app, path)] == []


def test_what_no_blueprint_takes_is_never_shown_again(app: Flask) -> None:
    with app.test_request_context("/no-such-page/", method="POST", data=WORDS):
        assert request.blueprint is None and kept.fields() == []


@pytest.mark.parametrize("name", ["password", "new_password", "passphrase"])
def test_a_form_with_a_password_is_not_shown_again(app: Flask, make: Make, name: str) -> None:
    assert sent(app, make.post().comments, WORDS | {name: "seven wards, one kettle"}) == []


def test_a_page_with_the_form_on_it_sends_nobody_back(app: Flask, make: Make) -> None:
    with app.test_request_context(make.post().comments, method="POST", data=WORDS):
        page = errors.page(ServiceUnavailable()).get_data(as_text=True)
        assert "Wait a minute, then send it again from here." in page and "Go back" not in page
        assert "Words that took an hour.</textarea>" in page and problems_of(page) == []
        assert "Please try again in a minute." in errors.page(InternalServerError()).get_data(as_text=True)
        full = errors.page(ServiceUnavailable(), no_room=True).get_data(as_text=True)
        assert "The site's disk is full" in full.replace("&#39;", "'") and "Words that took an hour." in full
    with app.test_request_context("/"):
        page = errors.page(ServiceUnavailable()).get_data(as_text=True)
        assert "Please try again in a minute." in page and "<form" not in page and problems_of(page) == []
