"""The link in a letter: the question, how often, and the way out. No visit changes anything."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.updates import actions, tokens
from tests.forms import hidden
from tests.house.markup import problems_of
from tests.make import MadeAccount, Make
from tests.updates.readers import EMAIL, letters, stored, tell, wish

SignIn = Callable[[MadeAccount], FlaskClient]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def states(app: Flask) -> list[str]:
    """Returns what became of each wish."""
    return ["left" if row.left_at else "on" if row.confirmed_at else "asked" for row in stored(app)]


def test_a_scanner_that_follows_every_link_changes_nothing(app: Flask, client: FlaskClient, make: Make) -> None:
    blog = make.blog()
    _, on = wish(app, blog_id=blog)
    _, asked = wish(app, confirmed=False)
    for path in (on, asked, f"{on}?done=leave", f"{asked}?act=confirm&wish=2", f"{on}?List-Unsubscribe=One-Click"):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = client.open(path, method=method)
            assert answer.status_code == 200
            if method == "GET":
                assert problems_of(answer.text) == [] and answer.headers["Cache-Control"] == "private, no-store"
    assert states(app) == ["on", "asked"]
    assert client.put(on).status_code == 405


def test_the_question_is_answered_with_a_post(app: Flask, client: FlaskClient) -> None:
    number, path = wish(app, confirmed=False)
    other, _ = wish(app, "other@example.org", confirmed=False)
    assert "Is this your address?" in client.get(path).text
    answer = client.post(path, data={"act": "confirm", "wish": [str(number), str(other), "x", "9" * 20]})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=confirm")
    assert "Your address is confirmed" in client.get(answer.headers["Location"]).text
    assert states(app) == ["on", "asked"]  # never another's


def test_all_that_was_asked_for_is_confirmed_with_one_letter(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post("Rounds")
    first, path = wish(app, confirmed=False)
    wish(app, confirmed=False, blog_id=post.blog_id)
    third, _ = wish(app, confirmed=False, post_id=post.id, cadence="weekly")
    page = client.get(path).text
    assert "Comments on “Rounds”, weekly" in page and page.count(" checked>") == 3
    client.post(path, data={"act": "confirm", "wish": [str(first), str(third)]})
    assert states(app) == ["on", "asked", "on"]
    page = client.get(path).text
    assert "Waits for your yes" in page and problems_of(page) == []


def test_how_often_is_changed_and_one_of_many_is_left(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post("Rounds")
    first, path = wish(app)
    second, _ = wish(app, post_id=post.id)
    elses, _ = wish(app, "other@example.org")
    page = client.get(path).text
    assert "What r…@example.org hears of." in page and EMAIL not in page
    answer = client.post(path, data={"act": "change", "wish": str(second), "cadence": "daily"})
    assert answer.headers["Location"] == f"{path}?done=change"
    client.post(path, data={"act": "leave", "wish": str(first)})
    for act in ("change", "leave", "again"):  # what is another's is not there
        assert client.post(path, data={"act": act, "wish": str(elses), "cadence": "weekly"}).status_code == 303
    rows = stored(app)
    assert [row.cadence for row in rows] == ["at once", "daily", "at once"]
    assert states(app) == ["left", "on", "on"]
    page = client.get(f"{path}?done=leave").text
    assert "You have left. Nothing more of it is sent." in page and "Hear of it again" in page
    client.post(path, data={"act": "again", "wish": str(first)})
    assert states(app) == ["on", "on", "on"]
    client.post(path, data={"act": "all"})
    assert states(app) == ["left", "left", "on"]
    page = client.get(path).text
    assert "Nothing. No mail is sent" in page and problems_of(page) == []


@pytest.mark.parametrize("data", [{}, {"act": "sing"}, {"act": "change"}, {"act": "change", "cadence": "hourly"}])
def test_what_no_button_says_changes_nothing(app: Flask, client: FlaskClient, data: dict[str, str]) -> None:
    number, path = wish(app)
    assert client.post(path, data={"wish": str(number)} | data).status_code == 400
    assert (stored(app)[0].cadence, states(app)) == ("at once", ["on"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://mail.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Content-Type": "multipart/form-data; boundary=x"},
    ],
    ids=["alone", "from a mail program", "from a sandbox", "multipart"],
)
def test_one_click_leaves(app: Flask, client: FlaskClient, headers: dict[str, str]) -> None:
    _, path = wish(app)
    _, stays = wish(app, "other@example.org")
    data: object = ONE_CLICK
    if "Content-Type" in headers:
        data = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    for _ in range(2):  # twice is once
        answer = client.post(path, data=data, headers=headers)
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        assert answer.text.startswith("You have left.") and "Set-Cookie" not in answer.headers
    assert states(app) == ["left", "on"], stays


def test_one_click_says_the_same_for_a_token_that_names_nothing(app: Flask, client: FlaskClient) -> None:
    _, path = wish(app)
    answers = [
        client.post(each, data=ONE_CLICK) for each in (path, "/updates/none", f"{path}x", "/updates/" + "x" * 9999)
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert (
        client.get("/updates/none").status_code == 404 == client.post("/updates/none", data={"act": "all"}).status_code
    )


def test_one_click_needs_no_token_of_a_session_and_nothing_else_goes_without(
    app: Flask, make: Make, sign_in: SignIn
) -> None:
    browser = sign_in(make.account())
    number, path = wish(app)
    assert browser.post(path, data={"act": "leave", "wish": str(number)}).status_code == 400
    assert browser.post("/account/updates", data=ONE_CLICK | {"act": "all"}).status_code == 400
    foreign = {"Origin": "https://mail.example"}
    assert app.test_client().post(path, data={"act": "all"}, headers=foreign).status_code == 403
    assert states(app) == ["on"]
    assert browser.post(path, data=ONE_CLICK, headers=foreign).status_code == 200
    assert states(app) == ["left"]


def test_limits_hold_back_who_asks_and_never_who_leaves(app: Flask, limited: Flask) -> None:
    browser = limited.test_client()
    statuses = [browser.post("/updates", data={"email": "reader@example.org"}).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert len(letters(app)) == 1
    _, path = wish(app, "leaves@example.org")
    assert {browser.post(path, data=ONE_CLICK).status_code for _ in range(100)} == {200}


def test_a_members_own_page(app: Flask, make: Make, sign_in: SignIn) -> None:
    post = make.post("Rounds")
    member = make.account(email="Maeve@Example.org")
    own, _ = wish(app, "maeve@example.org", post_id=post.id)
    elses, _ = wish(app)
    browser = sign_in(member)
    page = browser.get("/account/updates").text
    assert "Comments on “Rounds”" in page and problems_of(page) == []
    token = hidden(page, "csrf_token")
    for number in (own, elses):
        answer = browser.post("/account/updates", data={"act": "leave", "wish": str(number), "csrf_token": token})
        assert answer.headers["Location"] == "/account/updates?done=leave"
    assert states(app) == ["left", "on"]
    assert app.test_client().get("/account/updates").headers["Location"].startswith("/sign-in")


def test_a_new_address_takes_its_wishes_along(app: Flask, make: Make) -> None:
    """What it asked for itself stays as it is; nothing is left at the old mailbox."""
    post = make.post()
    wish(app, "old@example.org")
    wish(app, "old@example.org", post_id=post.id, cadence="weekly")
    wish(app, "old@example.org", blog_id=post.blog_id, confirmed=False)
    wish(app, "new@example.org", cadence="daily")
    with app.app_context():
        actions.move("Old@Example.org", "New@Example.org")
    rows = [(row.email, row.cadence, row.left_at is None) for row in stored(app)]
    assert rows == [
        ("old@example.org", "at once", False),
        ("new@example.org", "weekly", True),
        ("old@example.org", "at once", False),
        ("new@example.org", "daily", True),
    ]


def test_tokens_name_nobody_and_outlive_a_secret(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = wish(app)
    assert "reader" not in path and "reader" not in key_of(app, path)
    old = app.secret_key
    monkeypatch.setitem(app.config, "SECRET_KEY", "a newer secret, which signs from today on")
    assert client.get(path).status_code == 404
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old])
    assert client.get(path).status_code == 200
    assert client.post(path, data=ONE_CLICK).status_code == 200
    assert states(app) == ["left"]


def key_of(app: Flask, path: str) -> str:
    """Returns the key in a path."""
    with app.app_context():
        return tokens.read(path.removeprefix("/updates/")) or ""


def test_what_waits_is_taken_back_from_who_leaves(app: Flask, make: Make) -> None:
    number, _ = wish(app)
    stays, _ = wish(app, "other@example.org")
    make.post()
    assert len(tell(app)) == 2
    with app.app_context():
        actions.leave(EMAIL, number)
    assert [letter.to for letter in letters(app)] == ["other@example.org"], stays


def test_the_number_of_queries_stays(
    app: Flask, client: FlaskClient, make: Make, queries: Callable[[], Iterator[list[str]]]
) -> None:
    costs = []
    _, path = wish(app)
    for rows in (3, 30):
        for _ in range(rows):
            wish(app, post_id=make.post().id)
        with queries() as said:  # type: ignore[attr-defined]
            assert client.get(path).status_code == 200
        costs.append(len(said))
    assert costs == [3, 3]


def test_a_wish_for_a_withdrawn_post_tells_no_title(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post("Secret", state="withdrawn")  # type: ignore[arg-type]
    _, path = wish(app, post_id=post.id)
    page = client.get(path).text
    assert "Comments on a post that was withdrawn" in page and "Secret" not in page
