"""`/metrics`: who may read it, and that it says what happened."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from hcpov.captcha import challenges
from hcpov.comments import outcomes
from hcpov.comments.models import State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail import queries as mail
from hcpov.mail.models import Message
from hcpov.ops import heartbeat
from tests.live import get
from tests.make import MadeAccount, Make

TOKEN = "a token of at least thirty-two characters"
OUTSIDE = {"REMOTE_ADDR": "203.0.113.7"}


def read(text: str) -> dict[str, float]:
    """Returns each number by its name with its labels, in order of the alphabet."""
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def measured(client: FlaskClient) -> Callable[[], dict[str, float]]:
    """Returns a way to read what is measured."""

    def ask() -> dict[str, float]:
        answer = client.get("/metrics")
        assert answer.status_code == 200
        return read(answer.text)

    return ask


@pytest.fixture
def grown(measured: Callable[[], dict[str, float]]) -> Callable[[], dict[str, float]]:
    """Returns a way to read what has grown since the test began."""
    before = measured()
    return lambda: {name: value - before.get(name, 0) for name, value in measured().items()}


@pytest.fixture
def token(app: Flask) -> Iterator[None]:
    """A site with a token."""
    before = app.config["HCPOV"]
    app.config["HCPOV"] = dataclasses.replace(before, metrics_token=TOKEN)
    yield
    app.config["HCPOV"] = before


def test_this_machine_reads_it(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_whoever_comes_through_a_front_does_not(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_strangers_are_told_of_no_such_page(client: FlaskClient, token: None) -> None:
    for address in ("203.0.113.7", "", "10.0.0.1"):
        answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 404 and "hcpov_" not in answer.text
    wrong = client.get("/metrics", environ_base=OUTSIDE, headers={"Authorization": f"Bearer {TOKEN}x"})
    assert wrong.status_code == 404


def test_the_token_opens_it(client: FlaskClient, token: None) -> None:
    answer = client.get("/metrics", environ_base=OUTSIDE, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200


def test_without_a_token_no_word_opens_it(client: FlaskClient) -> None:
    for given in ("Bearer ", "", "Bearer é"):
        answer = client.get("/metrics", environ_base=OUTSIDE, headers={"Authorization": given})
        assert answer.status_code == 404


def test_requests(client: FlaskClient, make: Make, grown: Callable[[], dict[str, float]]) -> None:
    post = make.post()
    client.get("/no-such-page/at/all")
    client.post(post.comments, data={"body": "I agree."})
    found = grown()
    route = "/<blog>/<year>/<month>/<slug>/comments"
    assert found[f"hcpov_requests_total POST {route} 422"] == 1
    assert found["hcpov_requests_total GET none 404"] == 1
    assert found[f"hcpov_request_seconds_count {route}"] == 1
    assert found[f"hcpov_request_seconds_bucket +Inf {route}"] == 1
    assert 0 < found[f"hcpov_request_seconds_sum {route}"] < 10


def test_pages(
    client: FlaskClient, make: Make, unkept: Callable[[], None], measured: Callable[[], dict[str, float]]
) -> None:
    post = make.post()
    unkept()
    before = measured()
    for _ in range(5):
        client.get(post.path)
    during = measured()
    make.comment(post)
    after = measured()
    grew = {name.partition(" ")[2]: during[name] - before.get(name, 0) for name in during if "_pages_total" in name}
    assert (grew["hit"], grew["missed"], grew["kept"], grew["thrown away"]) == (4, 1, 1, 0)
    assert during["hcpov_pages_stored"] == 1 and during["hcpov_pages_stored_bytes"] > 1000
    assert after["hcpov_pages_total thrown away"] - during["hcpov_pages_total thrown away"] == 1
    assert after["hcpov_pages_stored"] == 0


def test_comments(
    app: Flask,
    client: FlaskClient,
    make: Make,
    travel: Callable[[float], None],
    grown: Callable[[], dict[str, float]],
) -> None:
    post, closed = make.post(), make.post(comments_open=False)

    def send(path: str = post.comments, **fields: str) -> None:
        with app.app_context():
            challenge = challenges.issue(post.id)
            code = challenges.digits(challenge.nonce)
        travel(30)
        words = {"name": "Ada", "title": "Nurse", "place": "Tulsa", "email": "", "body": f"I agree {code}."}
        client.post(path, data=words | {"challenge": challenge.token, "code": code} | fields)

    send()
    send(body="Seen on 4/12/1961, DOB 4/12/1961.")
    send(body="Buy at https://a.example https://b.example https://c.example https://d.example https://e.example")
    send(code="1")
    send(challenge="", code="")
    send(refresh="yes")
    send(name="")
    send(closed.comments)
    found = {name.partition(" ")[2]: value for name, value in grown().items() if "hcpov_comments_total" in name}
    assert {name: value for name, value in found.items() if value} == {
        outcomes.PUBLISHED: 1,
        outcomes.PATIENT: 1,
        outcomes.HELD: 1,
        outcomes.WRONG_CODE: 1,
        outcomes.NO_CODE: 1,
        outcomes.ANOTHER_CODE: 1,
        outcomes.SENT_BACK: 1,
        outcomes.CLOSED: 1,
    }


def test_what_waits(app: Flask, make: Make, measured: Callable[[], dict[str, float]]) -> None:
    make.comment(make.post(), state=State.HELD)
    with app.app_context():
        due = datetime.now(UTC) - timedelta(minutes=10)
        messages = [Message(subject="S", text="T", dedupe_key=str(each), to="ada@example.org") for each in range(4)]
        messages[0].not_before = due
        messages[2].gave_up_at = messages[3].gave_up_at = due
        messages[3].to = ""  # it was dropped
        db.session.add_all(messages)
        db.session.commit()
    found = measured()
    assert found["hcpov_comments_held"] == 1
    assert (found["hcpov_mail_waiting"], found["hcpov_mail_given_up"]) == (2, 1)
    assert found["hcpov_mail_overdue_seconds"] == pytest.approx(600, abs=60)
    assert found["hcpov_database_up"] == 1 and found["hcpov_jobs_waiting"] >= 0


def test_the_worker(
    app: Flask, settings: Settings, travel: Callable[[float], None], measured: Callable[[], dict[str, float]]
) -> None:
    (settings.instance / heartbeat.FILE).unlink(missing_ok=True)
    assert "hcpov_worker_lag_seconds" not in measured()
    with app.app_context():
        heartbeat.beat()
    travel(100)
    assert measured()["hcpov_worker_lag_seconds"] == pytest.approx(100, abs=10)


def test_a_database_that_is_away(measured: Callable[[], dict[str, float]], monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr(mail, "queue", away)
    found = measured()
    assert found["hcpov_database_up"] == 0 and "hcpov_mail_waiting" not in found
    assert any(name.startswith("hcpov_requests_total") for name in found)


def test_two_processes_of_a_server_are_one_site(make: Make, server: str) -> None:
    post = make.post()
    for _ in range(40):
        get(server, post.path)
    first, second = (read(get(server, "/metrics")[1]) for _ in range(2))
    assert first["hcpov_pages_total hit"] >= 38
    assert second["hcpov_requests_total GET /metrics 200"] == first.get("hcpov_requests_total GET /metrics 200", 0) + 1


def test_nobody_is_named(client: FlaskClient, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> None:
    sign_in(make.account(email="gwendolyn@secret.example"))
    client.get("/gwendolyn@secret.example/")
    client.get("/receipts/abc.def")
    text = client.get("/metrics").text
    assert "gwendolyn" not in text and "abc.def" not in text
