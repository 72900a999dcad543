"""Codes of an authenticator, recovery codes, remembered devices, and who must have a second factor."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.app import create_app
from hcpov.auth import actions
from hcpov.auth.models import Account
from hcpov.config import Settings
from hcpov.extensions import db
from tests.auth.factors import (
    CODE,
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
    stored,
    words,
)
from tests.house.routes import routes
from tests.live import post as send
from tests.live import serving
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]
Travel = Callable[[float], None]
MINUTE, HOUR, DAY = 60, 3600, 86400
NEW_PASSWORD = "another kettle, eight wards"


@pytest.fixture
def member(make: Make) -> MadeAccount:
    """A member without a second factor."""
    return make.account()


@pytest.fixture
def browser(sign_in: SignIn, member: MadeAccount) -> FlaskClient:
    """The member's browser, signed in."""
    return sign_in(member)


@pytest.fixture
def guarded(app: Flask, member: MadeAccount, browser: FlaskClient, travel: Travel) -> str:
    """The key of the member's authenticator; the codes of now are not used yet."""
    key = set_up(browser)
    travel(2 * MINUTE)
    return key


def test_set_up_asks_for_a_code_and_signs_out_elsewhere(
    app: Flask, member: MadeAccount, browser: FlaskClient, sign_in: SignIn
) -> None:
    elsewhere = sign_in(member)
    page = post(browser, SETUP, setup="authenticator").text
    assert 'src="data:image/svg+xml;base64,' in page
    with stored(app, member) as account:
        assert account.tf_primary_method is None, "nothing is kept before a code was right"
    set_up(browser)
    assert is_in(browser) and not is_in(elsewhere)
    assert noted(app) == ["authenticator set up"]
    [letter] = mailed(app)
    assert letter.to == member.email and "an authenticator was set up" in letter.text


def test_wrong_first_code_keeps_the_picture(app: Flask, member: MadeAccount, browser: FlaskClient) -> None:
    page = post(browser, SETUP, setup="authenticator").text
    action = re.search(rf'action="({SETUP}/[^"]+)"', page)
    assert action
    again = post(browser, action[1], code="000000")
    assert again.status_code == 422 and "This code is not right" in again.text
    assert key_in(again.text) == key_in(page)
    assert post(browser, action[1], code=code_for(key_in(page))).status_code == 303
    assert noted(app) == ["authenticator set up"]


@pytest.mark.parametrize("token", ["none", "a.b.c", "%00", "x" * 4000])
def test_false_setup_tokens_begin_again(browser: FlaskClient, token: str) -> None:
    answer = post(browser, f"{SETUP}/{token}", code="123456")
    assert (answer.status_code, answer.headers["Location"]) == (303, SETUP)
    assert "Please begin again" in browser.get(SETUP).text


def test_first_code_needs_a_recent_password(
    app: Flask, member: MadeAccount, browser: FlaskClient, make: Make, sign_in: SignIn, travel: Travel
) -> None:
    """A token of one's own account must not open another's session that was left alone."""
    travel(2 * HOUR)
    page = post(sign_in(make.account("Eve")), SETUP, setup="authenticator").text
    action = re.search(rf'action="({SETUP}/[^"]+)"', page)
    assert action
    answer = post(browser, action[1], code=code_for(key_in(page)))
    assert answer.headers["Location"] == "/account/verify?next=%2Faccount%2Fsecond-factor"
    with stored(app, member) as account:
        assert account.tf_primary_method is None
    verified = post(browser, answer.headers["Location"], password=member.password)
    assert verified.headers["Location"] == SETUP


@pytest.mark.parametrize("path", [SETUP, CODES, "/account/passkeys", "/account/passkeys/remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_changes_need_a_recent_password(
    app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str, travel: Travel, path: str, method: str
) -> None:
    travel(2 * HOUR)
    before = noted(app)
    answer = browser.get(path) if method == "get" else post(browser, path, setup="disable", name="x")
    assert answer.status_code in {302, 303}
    assert answer.headers["Location"].startswith("/account/verify?next=")
    assert noted(app) == before
    again = post(browser, answer.headers["Location"], password=member.password)
    assert again.headers["Location"] == path
    assert browser.get(path).status_code in {200, 302}


def test_password_then_code_signs_in(app: Flask, member: MadeAccount, guarded: str) -> None:
    other = app.test_client()
    answer = password(other, member)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(CODE)
    assert not is_in(other)
    assert "This code is not right" in other.post(CODE, data={"code": "000000"}).text
    assert not is_in(other)
    assert other.post(CODE, data={"code": code_for(guarded)}).status_code == 302
    assert is_in(other)
    assert "remembered=" not in "".join(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(("later", "right"), [(0, True), (30, True), (-30, True), (90, False), (-90, False)])
def test_codes_are_good_for_a_minute_and_a_half(
    app: Flask, member: MadeAccount, guarded: str, later: int, right: bool
) -> None:
    other = app.test_client()
    password(other, member)
    other.post(CODE, data={"code": code_for(guarded, later)})
    assert is_in(other) is right


def test_code_opens_once(app: Flask, member: MadeAccount, guarded: str) -> None:
    first, second = app.test_client(), app.test_client()
    for each in (first, second):
        password(each, member)
        each.post(CODE, data={"code": code_for(guarded)})
    assert is_in(first) and not is_in(second)
    second.post(CODE, data={"code": code_for(guarded, -30)})
    assert not is_in(second), "nor does an earlier one"
    second.post(CODE, data={"code": code_for(guarded, 30)})
    assert is_in(second)


@pytest.mark.parametrize("code", ["", " ", "1", "12345678901234567890" * 9, "١٢٣٤٥٦", "\x00", "123 456"])
def test_odd_codes_are_only_wrong(app: Flask, member: MadeAccount, guarded: str, code: str) -> None:
    other = app.test_client()
    password(other, member)
    for path in (CODE, RECOVERY):
        answer = other.post(path, data={"code": code})
        assert answer.status_code == 200 and 'id="code-error"' in answer.text
    assert not is_in(other)


def _race(settings: Settings, path: str, fields: dict[str, str], cookies: list[str]) -> list[str]:
    """Posts at the same moment, each with its own cookie; returns where the answers lead."""
    answers: list[str] = []
    with serving(settings) as address:
        start = threading.Barrier(len(cookies))

        def one(cookie: str) -> None:
            start.wait()
            answers.append(send(address, path, fields, cookie)[1])

        threads = [threading.Thread(target=one, args=(cookie,)) for cookie in cookies]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    return answers


def _half_way(app: Flask, member: MadeAccount, number: int) -> list[str]:
    """Returns the cookies of browsers that gave the password."""
    cookies = []
    for _ in range(number):
        other = app.test_client()
        password(other, member)
        cookie = other.get_cookie("session")
        assert cookie
        cookies.append(f"session={cookie.value}")
    return cookies


def test_code_opens_once_for_two_at_the_same_time(
    app: Flask, settings: Settings, member: MadeAccount, browser: FlaskClient
) -> None:
    key = set_up(browser)
    answers = _race(settings, CODE, {"code": code_for(key, 30)}, _half_way(app, member, 6))
    assert len([each for each in answers if each]) == 1, answers


def test_recovery_code_opens_once_for_two_at_the_same_time(
    app: Flask, settings: Settings, member: MadeAccount, browser: FlaskClient
) -> None:
    set_up(browser)
    codes = make_codes(browser)
    answers = _race(settings, RECOVERY, {"code": codes[0]}, _half_way(app, member, 6))
    assert len([each for each in answers if each]) == 1, answers
    with stored(app, member) as account:
        assert len(account.mf_recovery_codes or []) == len(codes) - 1


def test_guesses_are_counted_for_each_account(
    app: Flask, settings: Settings, member: MadeAccount, browser: FlaskClient, make: Make, sign_in: SignIn
) -> None:
    other = make.account("Another")
    for each in (browser, sign_in(other)):
        set_up(each)
    [mine], [theirs] = _half_way(app, member, 1), _half_way(app, other, 1)
    with serving(settings, HCPOV_RATE_LIMITS="on", HCPOV_WORKERS="1") as address:
        answers = [send(address, CODE, {"code": "000000"}, mine)[0] for _ in range(11)]
        assert answers == [200] * 10 + [429]
        assert send(address, RECOVERY, {"code": "none"}, theirs)[0] == 200


def test_used_is_used_for_who_looked_before(app: Flask, member: MadeAccount) -> None:
    """Two requests read the account; what one has used, the other cannot, whatever it read."""
    with stored(app, member) as account:
        account.mf_recovery_codes = ["first", "second"]
    with app.app_context():
        mine = db.session.get_one(Account, member.id)
        assert (mine.tf_last_counter, mine.mf_recovery_codes) == (None, ["first", "second"])
        with stored(app, member) as theirs:
            assert actions.use_code(theirs, 7) and actions.use_recovery_code(theirs, "first")
        assert not actions.use_code(mine, 7)
        assert not actions.use_recovery_code(mine, "first")
        assert actions.use_recovery_code(mine, "second")


def test_recovery_codes_are_shown_once_and_kept_as_digests(
    app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str
) -> None:
    codes = make_codes(browser)
    assert len(set(codes)) == 8
    page = browser.get(CODES).text
    assert "You have 8 codes left." in page
    with stored(app, member) as account:
        kept = account.mf_recovery_codes or []
        assert len(kept) == 8 and not any(code in page or code in "".join(kept) for code in codes)
    assert noted(app)[-1] == "recovery codes made" and "recovery codes were made" in mailed(app)[-1].text


def test_recovery_code_signs_in_once_however_it_is_typed(
    app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str
) -> None:
    code = make_codes(browser)[3]
    other, third = app.test_client(), app.test_client()
    password(other, member)
    assert other.post(RECOVERY, data={"code": f" {code.upper().replace('-', ' ')} "}).status_code == 302
    assert is_in(other)
    assert "7 codes left" in words(other.get("/account/"))
    assert noted(app)[-1] == "recovery code used" and "You have 7 left" in mailed(app)[-1].text
    password(third, member)
    assert "used already" in third.post(RECOVERY, data={"code": code}).text
    assert not is_in(third)


def test_new_codes_end_the_old_ones(app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str) -> None:
    old, new = make_codes(browser), make_codes(browser)
    other = app.test_client()
    password(other, member)
    other.post(RECOVERY, data={"code": old[0]})
    assert not is_in(other)
    other.post(RECOVERY, data={"code": new[0]})
    assert is_in(other)


def test_recovery_codes_without_a_second_factor_are_not_made(app: Flask, browser: FlaskClient) -> None:
    assert "Set up a second factor" in browser.get(CODES).text
    assert make_codes(browser) == [] and noted(app) == []


def test_removing_it_ends_codes_and_other_sessions(
    app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str
) -> None:
    make_codes(browser)
    other = app.test_client()
    password(other, member)
    other.post(CODE, data={"code": code_for(guarded)})
    assert is_in(other)
    assert post(browser, SETUP, setup="disable").headers["Location"] == "/account/"
    assert is_in(browser) and not is_in(other)
    with stored(app, member) as account:
        assert (account.tf_primary_method, account.tf_totp_secret, account.mf_recovery_codes) == (None, None, None)
    assert noted(app)[-1] == "authenticator removed" and "authenticator was removed" in mailed(app)[-1].text
    assert password(app.test_client(), member).headers["Location"] == "/"


@pytest.mark.parametrize("path", [SETUP, CODES, "/account/passkeys", "/account/passkeys/remove"])
def test_forms_need_the_token(app: Flask, browser: FlaskClient, path: str) -> None:
    assert browser.post(path, data={"setup": "authenticator", "name": "x"}).status_code == 400
    assert noted(app) == []


# ---- half-finished sign-ins ----


@pytest.mark.parametrize("path", [CODE, RECOVERY, "/sign-in/help", "/sign-in/choose", SETUP])
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_led_to_the_password(client: FlaskClient, path: str, method: str) -> None:
    answer = getattr(client, method)(path)
    assert answer.headers["Location"].partition("?")[0] == "/sign-in"


def test_half_a_sign_in_is_good_for_a_while(app: Flask, member: MadeAccount, guarded: str, travel: Travel) -> None:
    other = app.test_client()
    password(other, member)
    travel(16 * MINUTE)
    assert other.post(CODE, data={"code": code_for(guarded)}).headers["Location"] == "/sign-in"
    assert not is_in(other)


def test_half_a_sign_in_ends_with_the_password(
    app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str
) -> None:
    other = app.test_client()
    password(other, member)
    change_password(browser, member, NEW_PASSWORD)
    assert other.post(CODE, data={"code": code_for(guarded)}).headers["Location"] == "/sign-in"


def test_setting_up_on_the_way_in_is_for_those_without_one(app: Flask, make: Make, sign_in: SignIn) -> None:
    """Who began with the password before the owner had an authenticator must not put their own in its place."""
    moderator = make.account("Mo Derator", roles=("moderator",))
    owner, thief = sign_in(moderator), app.test_client()
    with setting(app, second_factor="staff"):
        password(thief, moderator)
        key = key_in(thief.post(SETUP, data={"setup": "authenticator"}).text)
    set_up(owner)
    with setting(app, second_factor="staff"):
        assert thief.post(CODE, data={"code": code_for(key)}).headers["Location"] == "/sign-in"
        assert thief.get(SETUP).headers["Location"] == "/sign-in"
    assert not is_in(thief)


def test_signed_in_there_is_no_code_to_give(browser: FlaskClient, guarded: str) -> None:
    assert browser.get(CODE).headers["Location"] == SETUP
    assert is_in(browser)


def test_help_says_what_else_there_is(app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str) -> None:
    other = app.test_client()
    password(other, member)
    assert "Ask the editors" in other.get("/sign-in/help").text and RECOVERY not in other.get("/sign-in/help").text
    make_codes(browser)
    assert RECOVERY in other.get("/sign-in/help").text
    assert len(mailed(app)) == 2, "nobody is written to from that page"


# ---- remembered devices ----


def _remembered(app: Flask, member: MadeAccount, key: str) -> FlaskClient:
    """Returns a browser that ticked `stay signed in`, gave its code, and signed out."""
    other = app.test_client()
    password(other, member, remember="y")
    answer = other.post(CODE, data={"code": code_for(key)})
    cookies = "\n".join(answer.headers.getlist("Set-Cookie"))
    assert re.search(r"remembered=[^\n]*HttpOnly; Path=/sign-in; SameSite=Strict", cookies), cookies
    assert re.search(r"session=[^\n]*Expires=", cookies), "the session outlives the window too"
    post(other, "/sign-out")
    assert not is_in(other)
    return other


def test_remembered_device_skips_the_code(app: Flask, member: MadeAccount, guarded: str) -> None:
    other = _remembered(app, member, guarded)
    password(other, member)
    assert is_in(other)
    assert password(app.test_client(), member).headers["Location"].startswith(CODE), "another device does not"


def test_remembered_device_is_one_account_s(
    app: Flask, member: MadeAccount, guarded: str, make: Make, sign_in: SignIn
) -> None:
    other = _remembered(app, member, guarded)
    second = make.account("Second")
    set_up(sign_in(second))
    assert password(other, second).headers["Location"].startswith(CODE)


def test_device_is_forgotten_after_its_days(app: Flask, member: MadeAccount, guarded: str, travel: Travel) -> None:
    other = _remembered(app, member, guarded)
    cookie = other.get_cookie("remembered", path="/sign-in")
    assert cookie
    travel(31 * DAY)
    other.set_cookie("remembered", cookie.value, path="/sign-in")  # whatever a browser keeps
    assert password(other, member).headers["Location"].startswith(CODE)


@pytest.mark.parametrize("how", ["sign out everywhere else", "another password", "another authenticator"])
def test_device_is_forgotten_with(
    app: Flask, member: MadeAccount, browser: FlaskClient, guarded: str, how: str
) -> None:
    other = _remembered(app, member, guarded)
    known = member
    if how == "another password":
        change_password(browser, member, NEW_PASSWORD)
        known = MadeAccount(member.id, member.email, member.name, NEW_PASSWORD)
    elif how == "another authenticator":
        set_up(browser)
    else:
        assert post(browser, "/account/sessions").status_code == 303
    assert is_in(browser)
    assert password(other, known).headers["Location"].startswith(CODE)


def test_device_without_the_tick_is_not_remembered(app: Flask, member: MadeAccount, guarded: str) -> None:
    other = app.test_client()
    password(other, member)
    answer = other.post(CODE, data={"code": code_for(guarded)})
    assert not any(each.startswith("remembered") for each in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("value", ["", "none", "a.b.c", "x" * 4000])
def test_false_cookies_remember_nothing(app: Flask, member: MadeAccount, guarded: str, value: str) -> None:
    other = app.test_client()
    other.set_cookie("remembered", value, path="/sign-in")
    assert password(other, member).headers["Location"].startswith(CODE)


# ---- who must have one ----


@pytest.fixture
def moderator(make: Make) -> MadeAccount:
    """Who works here."""
    return make.account("Mo Derator", roles=("moderator",))


@pytest.mark.parametrize("who", ["moderator", "admin", "editor"])
def test_staff_set_one_up_at_sign_in(app: Flask, make: Make, who: str) -> None:
    account = make.account(who, roles=(who,) if who != "editor" else ())
    if who == "editor":
        make.editor(account.id, make.blog())
    browser = app.test_client()
    with setting(app, second_factor="staff"):
        assert password(browser, account).headers["Location"] == SETUP
        assert not is_in(browser)
        assert "Your work here needs more than a password" in browser.get(SETUP).text
        page = browser.post(SETUP, data={"setup": "authenticator"}).text
        wrong = browser.post(CODE, data={"code": "000000"})
        assert key_in(wrong.text) == key_in(page) and "not right" in wrong.text
        for each in (page, wrong.text):  # a mistake leaves the same ways on
            assert '<a href="/sign-in">Not now</a>' in each
        assert browser.post(CODE, data={"code": code_for(key_in(page))}).headers["Location"] == CODES
        assert is_in(browser) and browser.get("/desk/").status_code == 200
    assert noted(app) == ["authenticator set up"]
    assert "an authenticator was set up" in mailed(app)[0].text


def test_members_need_none(app: Flask, member: MadeAccount) -> None:
    with setting(app, second_factor="staff"):
        assert password(app.test_client(), member).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("word", "site", "needed"),
    [
        ("auto", "https://pov.example.org", True),
        ("auto", "http://localhost", False),
        ("staff", "http://localhost", True),
        ("nobody", "https://pov.example.org", False),
    ],
)
def test_who_needs_one_is_a_setting(app: Flask, moderator: MadeAccount, word: str, site: str, needed: bool) -> None:
    browser = app.test_client()
    with setting(app, second_factor=word, site_url=site):
        assert (password(browser, moderator).headers["Location"] == SETUP) is needed


def test_who_becomes_staff_is_led_there_first(app: Flask, moderator: MadeAccount, sign_in: SignIn) -> None:
    browser = sign_in(moderator)
    with setting(app, second_factor="staff"):
        for path in ("/desk/", "/desk/held", "/desk/words"):
            answer = browser.get(path)
            assert (answer.status_code, answer.headers["Location"]) == (303, SETUP)
        refused = post(browser, "/desk/words", words="spam")
        assert refused.status_code == 403 and "needs your second factor" in refused.text
        assert "Your work here needs a second factor" in browser.get(SETUP).text
        assert post(browser, SETUP, setup="disable").status_code == 200
        set_up(browser)
        assert browser.get("/desk/").status_code == 200
        assert post(browser, SETUP, setup="disable").status_code == 200, "it cannot be switched off"
    with stored(app, moderator) as account:
        assert account.tf_primary_method == "authenticator"


@pytest.mark.parametrize("role", ["admin", "editor"])
def test_no_page_of_the_desk_opens_before(app: Flask, make: Make, sign_in: SignIn, role: str) -> None:
    account = make.account(roles=(role,) if role == "admin" else ())
    if role == "editor":
        make.editor(account.id, make.blog())
    browser = sign_in(account)
    paths = {each.path for each in routes(app, make) if each.method == "GET" and each.path.startswith("/desk/")}
    assert {"/desk/", "/desk/posts", "/desk/pictures", "/desk/mail", "/desk/audit"} < paths
    with setting(app, second_factor="staff"):
        met = {path: browser.get(path) for path in paths}
        wrong = {path: each.status_code for path, each in met.items() if each.headers.get("Location") != SETUP}
        assert wrong == {}
        refused = post(browser, "/desk/pictures", alt="A ward")
        assert refused.status_code == 403 and "needs your second factor" in refused.text


def test_desk_refuses_members_and_strangers_as_before(app: Flask, browser: FlaskClient, client: FlaskClient) -> None:
    with setting(app, second_factor="staff"):
        assert browser.get("/desk/").status_code == 403
        assert client.get("/desk/").status_code == 404


def test_code_or_remembered_device_opens_the_desk(
    app: Flask, moderator: MadeAccount, sign_in: SignIn, travel: Travel
) -> None:
    key = set_up(sign_in(moderator))
    travel(2 * MINUTE)
    with setting(app, second_factor="staff"):
        other = _remembered(app, moderator, key)
        password(other, moderator)
        assert other.get("/desk/").status_code == 200
        change_password(other, moderator, NEW_PASSWORD)
        assert other.get("/desk/").status_code == 200, "a new password takes no proof away"


# ---- secrets that change ----


OTHERS: list[Flask] = []


def _app_with(settings: Settings, secret: str, old: str = "") -> Flask:
    changed = Settings(**(vars(settings) | {"secret_key": secret, "old_secret_keys": old}))
    app = create_app(changed)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    OTHERS.append(app)
    return app


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the connections of the applications that a test made beside the suite's own."""
    yield
    while OTHERS:
        with OTHERS.pop().app_context():
            db.engine.dispose()


NEW = "another secret of the tests, quite as long as the first"


def test_lost_secret_is_told_and_recovery_codes_still_open(
    app: Flask, settings: Settings, member: MadeAccount, browser: FlaskClient, guarded: str
) -> None:
    codes, device = make_codes(browser), _remembered(app, member, guarded)
    cookies = [device.get_cookie("remembered", path="/sign-in"), browser.get_cookie("session")]
    other = _app_with(settings, NEW).test_client()
    for cookie in cookies:
        assert cookie
        other.set_cookie(cookie.key, cookie.value, path=cookie.path)
    assert other.get("/account/").headers["Location"].startswith("/sign-in")
    password(other, member)
    page = other.get(CODE)
    assert page.status_code == 200 and "Your authenticator does not fit any more" in page.text
    assert other.post(CODE, data={"code": code_for(guarded, 30)}).status_code == 200
    assert not is_in(other)
    assert other.post(RECOVERY, data={"code": codes[0]}).status_code == 302
    assert is_in(other)
    set_up(other)


def test_old_secret_still_opens_and_what_is_new_needs_it_no_more(
    settings: Settings, app: Flask, member: MadeAccount, travel: Travel
) -> None:
    """The first code after a change of secrets moves the seed over to the new one."""
    first, second = _app_with(settings, "o" * 40), _app_with(settings, "n" * 40, old="o" * 40)
    browser = first.test_client()
    password(browser, member)
    key = set_up(browser)
    travel(2 * MINUTE)
    device = _remembered(first, member, key)
    remembered = device.get_cookie("remembered", path="/sign-in")
    assert remembered
    travel(2 * MINUTE)

    known, other = second.test_client(), second.test_client()
    known.set_cookie("remembered", remembered.value, path="/sign-in")
    password(known, member)
    assert is_in(known), "a device that was remembered under the old secret"
    password(other, member, remember="y")
    other.post(CODE, data={"code": code_for(key)})
    assert is_in(other)
    anew = other.get_cookie("remembered", path="/sign-in")
    assert anew
    travel(2 * MINUTE)

    third = _app_with(settings, "n" * 40)
    known, other = third.test_client(), third.test_client()
    known.set_cookie("remembered", anew.value, path="/sign-in")
    password(known, member)
    assert is_in(known), "what was signed after the change is signed with the new secret"
    password(other, member)
    other.post(CODE, data={"code": code_for(key)})
    assert is_in(other), "and the seed was sealed anew"
