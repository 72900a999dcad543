"""Every address is public by list, or refuses strangers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.house.routes import PRIVATE, PUBLIC, is_refused, routes, unlisted
from tests.make import Make


def test_every_address_is_in_one_list(app: Flask, make: Make) -> None:
    problems = unlisted((route.endpoint, route.method) for route in routes(app, make))
    assert not problems, "\n".join(problems)


def test_the_lists_name_only_what_is_there(app: Flask, make: Make) -> None:
    there = {(route.endpoint, route.method) for route in routes(app, make)}
    listed = {
        (endpoint, method) for table in (PUBLIC, PRIVATE) for endpoint in table for method in table[endpoint].split()
    }
    assert listed - there == set()


def test_a_new_address_is_refused_until_it_is_listed() -> None:
    assert unlisted([("desk.attic", "GET")])
    assert unlisted([("blog.home", "POST")])
    assert not unlisted([("blog.home", "GET")])


def test_private_addresses_refuse_strangers(app: Flask, make: Make, client: FlaskClient) -> None:
    for route in routes(app, make):
        if route.endpoint in PRIVATE:
            answer = client.open(route.path, method=route.method)
            assert is_refused(answer.status_code, answer.headers.get("Location")), f"{route.method} {route.path}"


@pytest.mark.parametrize(
    ("status", "location", "refused"),
    [
        (200, None, False),
        (303, "/", False),
        (302, "/sign-in?next=/desk/", True),
        (302, "http://elsewhere.example/sign-in", False),
        (401, None, True),
        (403, None, True),
        (404, None, True),
        (405, None, False),
        (422, None, False),
        (500, None, False),
    ],
)
def test_what_counts_as_refused(status: int, location: str | None, refused: bool) -> None:
    assert is_refused(status, location) is refused


def test_what_only_changes_something_takes_no_visits(app: Flask, make: Make, client: FlaskClient) -> None:
    # A one-word address may first be tried as a blog's, with a slash behind it; no blog can have that name.
    every = list(routes(app, make))
    forms = {route.path for route in every if route.method == "GET"}  # a form may stand where it is sent to
    visited = {
        route.path: client.get(route.path, follow_redirects=True).status_code
        for route in every
        if route.path not in forms
    }
    assert visited
    assert set(visited.values()) <= {404, 405}, visited


def test_a_foreign_page_changes_nothing(app: Flask, make: Make, client: FlaskClient) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    answers = {
        route.path: client.open(route.path, method=route.method, headers=foreign).status_code
        for route in routes(app, make)
        if route.method != "GET"
    }
    assert answers
    assert set(answers.values()) == {403}, answers
