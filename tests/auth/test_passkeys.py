"""Passkeys without a browser: what they open, what they do not, and answers that no browser gives."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import LoginSession, Passkey
from hcpov.auth.passkey_steps import MOST_PASSKEYS
from hcpov.extensions import db
from tests.auth.device import PRESENT, Device, add, asked, enter
from tests.auth.factors import (
    CODES,
    RECOVERY,
    SETUP,
    change_password,
    code_for,
    is_in,
    key_in,
    mailed,
    make_codes,
    noted,
    password,
    post,
    set_up,
    setting,
)
from tests.forms import hidden
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]
Travel = Callable[[float], None]
PASSKEYS, VERIFY = "/account/passkeys", "/account/verify/passkey"


@pytest.fixture
def member(make: Make) -> MadeAccount:
    """A member."""
    return make.account()


@pytest.fixture
def browser(sign_in: SignIn, member: MadeAccount) -> FlaskClient:
    """The member's browser, signed in."""
    return sign_in(member)


@pytest.fixture
def device(browser: FlaskClient) -> Device:
    """The member's device, which keeps a passkey."""
    made = Device()
    assert add(browser, made).headers["Location"] == PASSKEYS
    return made


def kept(app: Flask) -> list[str]:
    """Returns the names of all passkeys."""
    with app.app_context():
        return list(db.session.scalars(db.select(Passkey.name).order_by(Passkey.id)))


def test_added_passkey_is_listed_noted_and_told(app: Flask, browser: FlaskClient, member: MadeAccount) -> None:
    assert "You have none yet" in browser.get(PASSKEYS).text
    add(browser, Device(), "Laptop at the practice")
    assert "Laptop at the practice" in browser.get(PASSKEYS).text
    assert noted(app) == ["passkey added"]
    [letter] = mailed(app)
    assert letter.to == member.email and "a passkey was added" in letter.text


def test_device_is_asked_to_check_its_holder_and_to_know_its_owner(browser: FlaskClient, device: Device) -> None:
    _, options = asked(post(browser, PASSKEYS, name="Second").text)
    wanted = options["authenticatorSelection"]
    assert wanted == {"residentKey": "required", "requireResidentKey": True, "userVerification": "required"}
    assert len(options["excludeCredentials"]) == 1, "a device keeps one for each account"
    assert options["rp"] == {"id": "localhost", "name": "Health Care POV"}


def test_passkey_signs_in_by_itself(app: Flask, device: Device) -> None:
    other = app.test_client()
    answer = enter(other, device)
    assert answer.headers["Location"] == "/" and is_in(other)
    assert "Expires" not in "".join(answer.headers.getlist("Set-Cookie"))


def test_passkey_is_both_factors(app: Flask, browser: FlaskClient, device: Device) -> None:
    set_up(browser)
    other = app.test_client()
    enter(other, device)
    assert is_in(other)


def test_tick_keeps_the_session(app: Flask, device: Device) -> None:
    other = app.test_client()
    assert "Expires" in "".join(enter(other, device, remember="y").headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("back", "leads"),
    [("/boardroom-buzz/", "/boardroom-buzz/"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_next_is_followed_on_this_site(app: Flask, device: Device, back: str, leads: str) -> None:
    answer = enter(app.test_client(), device, f"/sign-in/passkey?next={back}")
    assert answer.headers["Location"] == leads


def test_answer_opens_once(app: Flask, device: Device) -> None:
    first, second = app.test_client(), app.test_client()
    action, options = asked(first.post("/sign-in/passkey").text)
    credential = json.dumps(device.use(options))
    for each in (first, second):
        each.post(action, data={"credential": credential})
    assert is_in(first) and not is_in(second)
    assert "Please try again" in second.get("/sign-in/passkey").text


def test_answer_comes_in_time(app: Flask, device: Device, travel: Travel) -> None:
    other = app.test_client()
    action, options = asked(other.post("/sign-in/passkey").text)
    travel(6 * 60)
    assert (
        other.post(action, data={"credential": json.dumps(device.use(options))}).headers["Location"]
        == "/sign-in/passkey"
    )
    assert "took too long" in other.get("/sign-in/passkey").text and not is_in(other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"flags": PRESENT},  # nobody was checked
        {"origin": "http://evil.example"},
        {"origin": "https://localhost"},
        {"id": b"unknown"},
        {"handle": "bm9ib2R5"},
        {"key": Device().key},
    ],
)
def test_wrong_answers_open_nothing(app: Flask, device: Device, wrong: dict[str, Any]) -> None:
    other = app.test_client()
    vars(device).update(wrong)
    answer = enter(other, device)
    assert answer.headers["Location"] == "/sign-in/passkey" and not is_in(other)
    assert 'role="alert"' in other.get("/sign-in/passkey").text


def test_counter_that_went_back_opens_nothing(app: Flask, browser: FlaskClient) -> None:
    """A copied key counts on its own (WebAuthn 6.1.1)."""
    device = Device(counter=7)
    add(browser, device)
    enter(app.test_client(), device)
    device.counter = 3
    other = app.test_client()
    enter(other, device)
    assert not is_in(other)


GARBAGE = [
    "",
    "null",
    "[]",
    "[" * 100_000,
    "{" * 60,
    "x" * 20_000,
    '{"id": "a"}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": 1, "rawId": null, "type": "public-key", "response": {"clientDataJSON": 1}}',
]
BROKEN = [
    {"clientDataJSON": "bm9uZQ"},
    {"clientDataJSON": "e30"},
    {"clientDataJSON": "\u0000"},
    {"attestationObject": "gYGBgYGBgYGBgYGBgYGBgYGB", "authenticatorData": "AA"},
    {"attestationObject": "oA", "authenticatorData": ""},
    {"attestationObject": "ww", "signature": "AA"},
    {"attestationObject": "💊", "authenticatorData": "💊"},
    {"clientDataJSON": "W10"},
]


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_only_wrong(app: Flask, browser: FlaskClient, device: Device, text: str) -> None:
    other = app.test_client()
    for each, path in ((other, "/sign-in/passkey"), (browser, PASSKEYS), (browser, VERIFY)):
        action, _ = asked(post(each, path, name="Second").text if each is browser else each.post(path).text)
        answer = (
            post(each, action, credential=text) if each is browser else each.post(action, data={"credential": text})
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
        assert 'role="alert"' in each.get(path).text
    assert kept(app) == ["Laptop"] and not is_in(other)


@pytest.mark.parametrize("part", BROKEN)
def test_broken_answers_are_only_wrong(app: Flask, browser: FlaskClient, device: Device, part: dict[str, str]) -> None:
    other = app.test_client()
    action, options = asked(other.post("/sign-in/passkey").text)
    answer = device.use(options)
    answer["response"] |= part
    assert other.post(action, data={"credential": json.dumps(answer)}).status_code == 303
    action, options = asked(post(browser, PASSKEYS, name="Second").text)
    answer = Device().make(options)
    answer["response"] |= part
    answer["extensions"] = {"a": ["b"]}
    assert post(browser, action, credential=json.dumps(answer)).status_code == 303
    assert not is_in(other) and browser.get(PASSKEYS).status_code == 200


@pytest.mark.parametrize(
    "device",
    [Device(lacks={-1}), Device(lacks={1}), Device(lacks={-2}), Device(claims={1: 99}), Device(claims={-2: b"short"})],
)
def test_false_keys_are_not_kept_or_open_nothing(app: Flask, browser: FlaskClient, device: Device) -> None:
    other = app.test_client()
    assert add(browser, device).status_code == 303
    assert enter(other, device).status_code == 303 and not is_in(other)


def test_what_browsers_add_does_no_harm(app: Flask, browser: FlaskClient) -> None:
    action, options = asked(post(browser, PASSKEYS, name="Second").text)
    answer = Device().make(options) | {"extensions": "x" * 5000, "clientExtensionResults": {"credProps": {"rk": True}}}
    answer["response"]["transports"] = ["internal", "telepathy", 7]
    post(browser, action, credential=json.dumps(answer))
    assert browser.get(PASSKEYS).status_code == 200
    assert asked(post(browser, PASSKEYS, name="Third").text)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "<b>x</b>", "Laptop", "a\nb", "\x00"])
def test_names_are_checked(app: Flask, browser: FlaskClient, device: Device, name: str) -> None:
    page = post(browser, PASSKEYS, name=name).text
    assert 'id="name-error"' in page and kept(app) == ["Laptop"]


def test_states_are_not_mixed_up(app: Flask, browser: FlaskClient, device: Device) -> None:
    """The mark of a sign-in is no mark of a new passkey."""
    action, _ = asked(app.test_client().post("/sign-in/passkey").text)
    state = action.rpartition("/")[2]
    _, options = asked(post(browser, PASSKEYS, name="Second").text)
    for token in (state, "none", "a.b.c"):
        answer = post(browser, f"{PASSKEYS}/{token}", credential=json.dumps(Device().make(options)))
        assert answer.headers["Location"] == PASSKEYS
    assert kept(app) == ["Laptop"]


def test_passkey_of_another_account_is_not_taken_over(app: Flask, device: Device, make: Make, sign_in: SignIn) -> None:
    second = sign_in(make.account("Eve"))
    assert add(second, device, "Mine now").headers["Location"] == PASSKEYS
    assert kept(app) == ["Laptop"]
    assert "here already" in second.get(PASSKEYS).text


def test_new_passkey_needs_a_recent_password(
    app: Flask, browser: FlaskClient, member: MadeAccount, travel: Travel
) -> None:
    action, options = asked(post(browser, PASSKEYS, name="Laptop").text)
    credential = json.dumps(Device().make(options))
    travel(31 * 60)
    answer = post(browser, action, credential=credential)
    assert answer.headers["Location"] == PASSKEYS, "its own time is over first"
    travel(2 * 3600)
    answer = post(browser, action, credential=credential)
    assert answer.headers["Location"] == "/account/verify?next=%2Faccount%2Fpasskeys"
    assert kept(app) == []


def test_passkey_takes_the_password_s_place(
    app: Flask, browser: FlaskClient, device: Device, travel: Travel, make: Make, sign_in: SignIn
) -> None:
    travel(2 * 3600)
    verify = browser.get(PASSKEYS).headers["Location"]
    assert "Use a passkey instead" in browser.get(verify).text
    action, options = asked(post(browser, f"{VERIFY}?next={PASSKEYS}").text)
    assert len(options["allowCredentials"]) == 1
    foreign = Device()
    add(sign_in(make.account("Eve")), foreign)
    wrong = post(browser, action, credential=json.dumps(foreign.use(options)))
    assert wrong.headers["Location"] == f"{VERIFY}?next=%2Faccount%2Fpasskeys"
    assert browser.get(PASSKEYS).status_code == 302
    right = post(browser, action, credential=json.dumps(device.use(options)))
    assert right.headers["Location"] == PASSKEYS and browser.get(PASSKEYS).status_code == 200


def test_removed_passkey_opens_nothing_and_others_are_signed_out(
    app: Flask, browser: FlaskClient, device: Device
) -> None:
    other, third = app.test_client(), app.test_client()
    enter(other, device)
    assert browser.get("/account/passkeys/remove").status_code == 302 and kept(app) == ["Laptop"]
    post(browser, "/account/passkeys/remove", name="Laptop")
    assert kept(app) == [] and is_in(browser) and not is_in(other)
    enter(third, device)
    assert not is_in(third)
    assert noted(app)[-1] == "passkey removed" and "a passkey was removed" in mailed(app)[-1].text


@pytest.mark.parametrize("name", ["Tablet", "", "x" * 5000])
def test_only_one_s_own_is_removed(app: Flask, device: Device, make: Make, sign_in: SignIn, name: str) -> None:
    second = sign_in(make.account("Eve"))
    add(second, Device(), "Phone")
    post(second, "/account/passkeys/remove", name="Laptop")
    post(second, "/account/passkeys/remove", name=name)
    assert kept(app) == ["Laptop", "Phone"]


def test_there_is_a_most(app: Flask, browser: FlaskClient) -> None:
    for number in range(MOST_PASSKEYS):
        add(browser, Device(), f"Device {number}")
    assert post(browser, PASSKEYS, name="One more").headers["Location"] == PASSKEYS
    assert "the most there can be" in browser.get(PASSKEYS).text
    assert len(kept(app)) == MOST_PASSKEYS


def test_list_costs_the_same_for_many(app: Flask, browser: FlaskClient, queries: Callable[[], Any]) -> None:
    counted = []
    for many in (1, 10):
        for _ in range(many - len(kept(app))):
            add(browser, Device(), f"Device {len(kept(app))}")
        browser.get(PASSKEYS)
        with queries() as said:
            assert browser.get(PASSKEYS).text.count("last used") == many
        counted.append(len(said))
    assert counted == [3, 3]


def _together(app: Flask, browsers: list[FlaskClient], send: Callable[[FlaskClient], Any]) -> list[Any]:
    """Sends at the same moment, and returns the answers."""
    start, answers = threading.Barrier(len(browsers)), []

    def one(browser: FlaskClient) -> None:
        start.wait()
        answers.append(send(browser))

    threads = [threading.Thread(target=one, args=(each,)) for each in browsers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def _copies(app: Flask, browser: FlaskClient, number: int) -> list[FlaskClient]:
    """Returns browsers with the same session."""
    cookie, copies = browser.get_cookie("session"), [app.test_client() for _ in range(number)]
    assert cookie
    for each in copies:
        each.set_cookie("session", cookie.value)
    return copies


def test_passkey_sent_twice_at_once_is_kept_once(app: Flask, browser: FlaskClient) -> None:
    action, options = asked(post(browser, PASSKEYS, name="Laptop").text)
    fields = {
        "credential": json.dumps(Device().make(options)),
        "csrf_token": hidden(browser.get("/").text, "csrf_token"),
    }
    answers = _together(app, _copies(app, browser, 4), lambda each: each.post(action, data=fields).status_code)
    assert answers == [303] * 4 and kept(app) == ["Laptop"] and noted(app) == ["passkey added"]


def test_answer_sent_twice_at_once_opens_once(app: Flask, device: Device) -> None:
    browsers = [app.test_client() for _ in range(4)]
    action, options = asked(browsers[0].post("/sign-in/passkey").text)
    credential = json.dumps(device.use(options))
    _together(app, browsers, lambda each: each.post(action, data={"credential": credential}))
    assert [is_in(each) for each in browsers].count(True) == 1


def test_switched_off_account_is_not_opened(app: Flask, device: Device, member: MadeAccount) -> None:
    with app.app_context():
        db.session.execute(db.text("UPDATE account SET active = false"))
        db.session.commit()
    other = app.test_client()
    assert enter(other, device).headers["Location"] == "/sign-in/passkey" and not is_in(other)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(LoginSession)) == 1, "the one it was added in"


# ---- those who must have a second factor ----


@pytest.fixture
def moderator(make: Make) -> MadeAccount:
    """Who works here."""
    return make.account("Mo Derator", roles=("moderator",))


@pytest.fixture
def carried(moderator: MadeAccount, sign_in: SignIn) -> Device:
    """The moderator's device, their only second factor."""
    made = Device()
    add(sign_in(moderator), made)
    return made


def test_passkey_opens_the_desk(app: Flask, moderator: MadeAccount, carried: Device) -> None:
    browser = app.test_client()
    with setting(app, second_factor="staff"):
        enter(browser, carried)
        assert browser.get("/desk/").status_code == 200


def test_password_leads_to_the_passkey(app: Flask, moderator: MadeAccount, carried: Device) -> None:
    """A stolen password must not set an authenticator up where there is a passkey."""
    browser = app.test_client()
    with setting(app, second_factor="staff"):
        assert password(browser, moderator).headers["Location"].startswith("/sign-in/passkey")
        assert "Your password is right" in browser.get("/sign-in/passkey").text
        assert browser.get(SETUP).headers["Location"] == "/sign-in"
        assert browser.get("/sign-in/code").headers["Location"] == "/sign-in/passkey"
        assert browser.post("/sign-in/code", data={"code": "123456"}).headers["Location"] == "/sign-in/passkey"
        assert not is_in(browser)
        enter(browser, carried)
        assert browser.get("/desk/").status_code == 200


def test_authenticator_begun_on_the_way_in_gives_way_to_a_passkey(
    app: Flask, moderator: MadeAccount, sign_in: SignIn
) -> None:
    owner, thief = sign_in(moderator), app.test_client()
    with setting(app, second_factor="staff"):
        password(thief, moderator)
        key = key_in(thief.post(SETUP, data={"setup": "authenticator"}).text)
        add(owner, Device())
        assert thief.post("/sign-in/code", data={"code": code_for(key)}).headers["Location"] == "/sign-in"
    assert not is_in(thief)


def test_recovery_code_stands_in_for_the_passkey(app: Flask, moderator: MadeAccount) -> None:
    browser, other = app.test_client(), app.test_client()
    with setting(app, second_factor="nobody"):
        password(browser, moderator)
    with setting(app, second_factor="staff"):
        assert add(browser, Device()).headers["Location"] == CODES
        codes = make_codes(browser)
        password(other, moderator)
        enter(other, Device())  # a wrong one takes nothing away
        assert other.post(RECOVERY, data={"code": codes[0]}).status_code == 302
        assert other.get("/desk/").status_code == 200


def test_session_of_a_password_shows_the_passkey_first(
    app: Flask, moderator: MadeAccount, carried: Device, sign_in: SignIn
) -> None:
    browser = sign_in(moderator)
    with setting(app, second_factor="staff"):
        way = f"{VERIFY}?next=%2Fdesk%2Fheld"
        assert browser.get("/desk/held").headers["Location"] == way
        for path in (SETUP, CODES, PASSKEYS):
            for answer in (browser.get(path), post(browser, path, setup="authenticator", name="x")):
                assert answer.headers["Location"].startswith(VERIFY), path
        assert post(browser, "/desk/words", words="x").status_code == 403
        action, options = asked(post(browser, way).text)
        answer = post(browser, action, credential=json.dumps(carried.use(options)))
        assert answer.headers["Location"] == "/desk/held"
        assert browser.get("/desk/held").status_code == 200


def test_last_second_factor_cannot_be_removed(app: Flask, moderator: MadeAccount, carried: Device) -> None:
    browser = app.test_client()
    with setting(app, second_factor="staff"):
        enter(browser, carried)
        post(browser, "/account/passkeys/remove", name="Laptop")
        assert "Your work here needs a second factor" in browser.get(PASSKEYS).text and kept(app) == ["Laptop"]
        add(browser, Device(), "Phone")
        post(browser, "/account/passkeys/remove", name="Laptop")
        assert kept(app) == ["Phone"]
        assert browser.get("/desk/").status_code == 200


def test_members_with_a_passkey_may_use_their_password(app: Flask, device: Device, member: MadeAccount) -> None:
    other = app.test_client()
    with setting(app, second_factor="staff"):
        password(other, member)
        assert is_in(other)
        change_password(other, member, "another kettle, eight wards")
