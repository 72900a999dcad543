"""Members: who may see whom, who gives and takes which role, and that an admin is always left."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hcpov.audit.models import Audit
from hcpov.auth.models import Account, LoginSession
from hcpov.auth.roles import LAST_ADMIN
from hcpov.blog.models import BlogRole
from hcpov.desk import queries as reads
from hcpov.extensions import db
from hcpov.mail.models import Message
from tests.desk.conftest import Desk
from tests.house.markup import problems_of
from tests.make import MadeAccount, Make

MEMBERS = "/desk/members"
WHY = "Writes for us from May on."


def roles_of(app: Flask, number: int) -> set[str]:
    """Returns what somebody is: `admin`, or `author 3` for blog 3."""
    with app.app_context():
        on_site = {role.name for role in db.session.get_one(Account, number).roles}
        on_blogs = db.session.execute(sa.select(BlogRole.role, BlogRole.blog_id).where(BlogRole.account_id == number))
        return on_site | {f"{role} {blog}" for role, blog in on_blogs}


def log_of(app: Flask, number: int) -> list[tuple[int | None, str, str, dict[str, Any]]]:
    """Returns what the log says was done to an account: by whom, what, why, details."""
    with app.app_context():
        lines = db.session.scalars(sa.select(Audit).where(Audit.about == f"account {number}").order_by(Audit.id))
        return [(line.account_id, line.what, line.reason, line.details) for line in lines]


def letters_to(app: Flask, email: str) -> list[str]:
    """Returns the texts that were written to an address."""
    with app.app_context():
        return list(db.session.scalars(sa.select(Message.text).where(Message.to == email).order_by(Message.id)))


def number_of(desk: Desk, who: str) -> int:
    """Returns the number of somebody at the desk."""
    browser = desk.browsers[who]
    with browser.session_transaction() as session, desk.app.app_context():
        wanted = sa.select(Account.id).where(Account.fs_uniquifier == session["_user_id"])
        return db.session.scalar(wanted) or 0


def change(desk: Desk, who: str, number: int, role: str, act: str = "give", reason: str = WHY) -> TestResponse:
    """Gives or takes a role."""
    return desk.send(who, f"{MEMBERS}/{number}/roles", role=role, act=act, reason=reason)


def switch(desk: Desk, who: str, number: int, state: str, reason: str = WHY) -> TestResponse:
    """Switches an account off or on."""
    return desk.send(who, f"{MEMBERS}/{number}/state", state=state, reason=reason)


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("moderator", 403), ("editor", 200), ("admin", 200)]
)
def test_members_are_for_admins_and_editors(desk: Desk, make: Make, who: str, status: int) -> None:
    pat = make.account("Pat <b>Plain</b>", email="pat@example.org")
    for path in (MEMBERS, f"{MEMBERS}?with=role", f"{MEMBERS}?q=pat", f"{MEMBERS}/{pat.id}"):
        answer = desk.browsers[who].get(path)
        assert answer.status_code == status, path
        assert problems_of(answer.text) == []
        assert "<b>Plain</b>" not in answer.text
        assert ("pat@example.org" in answer.text) == (who == "admin" and "role" not in path)


def test_a_moderator_who_edits_a_blog_is_its_editor_here_too(desk: Desk, make: Make) -> None:
    pat, mo = make.account("Pat"), number_of(desk, "moderator")
    make.editor(mo, desk.post.blog_id)
    assert desk.browsers["moderator"].get(f"{MEMBERS}/{pat.id}").status_code == 200
    assert change(desk, "moderator", pat.id, f"author:{desk.post.blog_id}").status_code == 303
    assert change(desk, "moderator", pat.id, "moderator").status_code == 403


def test_members_are_found_by_name_and_by_address(desk: Desk, make: Make) -> None:
    make.account("Éowyn Méndez", email="shield@rohan.example")
    make.account("Sam 100% Gamgee", email="sam@shire.example")

    def found(who: str, wanted: str) -> set[str]:
        page = desk.browsers[who].get(MEMBERS, query_string={"q": wanted}).text
        return {name for name in ("Éowyn", "Sam") if name in page.partition('id="main"')[2]}

    for wanted, names in {
        "méndez": {"Éowyn"},
        "GAMGEE": {"Sam"},
        "100%": {"Sam"},
        "%": {"Sam"},
        "_": set(),
        "m": {"Éowyn", "Sam"},
        "nobody": set(),
        "Sam\0 100": {"Sam"},
        "' OR 1=1": set(),
        "": {"Éowyn", "Sam"},
        "a" * 5000: set(),
    }.items():
        assert found("admin", wanted) == found("editor", wanted) == names, wanted
    assert found("admin", "SHIRE.example") == {"Sam"}
    assert found("editor", "shire.example") == set()


def test_editors_see_only_who_can_sign_in(desk: Desk, make: Make) -> None:
    off = make.account("Otto Off", active=False)
    new = make.account("Nell New", confirmed_at=None)
    page = desk.browsers["admin"].get(MEMBERS).text
    assert "switched off" in page and "address not confirmed" in page
    page = desk.browsers["editor"].get(MEMBERS).text
    assert "Otto" not in page and "Nell" not in page
    for account in (off, new):
        assert desk.browsers["editor"].get(f"{MEMBERS}/{account.id}").status_code == 404
        answer = change(desk, "admin", account.id, "moderator")
        assert answer.status_code == 409 and "cannot sign in yet" in answer.text
        assert roles_of(desk.app, account.id) == set()


def test_who_has_a_role_can_be_listed(desk: Desk, make: Make) -> None:
    make.account("Pat Plain")
    for who in ("editor", "moderator", "admin"):
        number_of(desk, who)
    page = desk.browsers["admin"].get(f"{MEMBERS}?with=role").text.partition('id="main"')[2]
    assert all(name in page for name in ("Edda Editor", "Mo Derator", "Editor of Boardroom Buzz", "Admin of the site"))
    assert "Pat Plain" not in page
    assert "Nobody with “Pat”" in desk.browsers["admin"].get(f"{MEMBERS}?with=role&q=Pat").text


def test_pages_of_members_follow_each_other(desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE", 3)
    made = [make.account(f"Ward {number}").name for number in range(7)]
    path, seen = f"{MEMBERS}?q=Ward", []
    while path:
        page = desk.browsers["admin"].get(path).text
        seen += [name for name in reversed(made) if f">{name}<" in page]
        path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert len(seen) <= 7
    assert seen == made[::-1]
    assert desk.browsers["admin"].get(f"{MEMBERS}?before=x").status_code == 404


@pytest.mark.parametrize(("who", "number"), [("admin", 7), ("editor", 8)])
def test_a_page_costs_the_same_with_ten_times_the_members(
    desk: Desk, make: Make, queries: Callable[[], Any], who: str, number: int
) -> None:
    def cost(path: str) -> int:
        browser = desk.browsers[who]
        browser.get(path)
        with queries() as said:
            assert browser.get(path).status_code == 200
        return len(said)

    def members(many: int) -> int:
        for each in range(many):
            make.editor(make.account(f"Ward {each}").id, desk.elsewhere.blog_id if each % 2 else desk.post.blog_id)
        return number_of(desk, who)

    mine = members(3)
    before = (cost(MEMBERS), cost(f"{MEMBERS}?q=War"), cost(f"{MEMBERS}/{mine}"))
    members(30)
    assert (cost(MEMBERS), cost(f"{MEMBERS}?q=War"), cost(f"{MEMBERS}/{mine}")) == before
    assert before[0] == number


@pytest.mark.parametrize("role", ["moderator", "admin", "author", "editor"])
def test_an_admin_gives_and_takes_every_role(desk: Desk, make: Make, role: str) -> None:
    pat, blog = make.account("Pat"), desk.post.blog_id
    on_site = role in {"moderator", "admin"}
    value, stored = (role, role) if on_site else (f"{role}:{blog}", f"{role} {blog}")
    details = {"role": role} | ({} if on_site else {"blog": blog})
    by = number_of(desk, "admin")
    for _ in range(2):
        assert change(desk, "admin", pat.id, value).location == f"{MEMBERS}/{pat.id}"
        assert roles_of(desk.app, pat.id) == {stored}
    for _ in range(2):
        assert change(desk, "admin", pat.id, value, "take", "Left us.").status_code == 303
        assert roles_of(desk.app, pat.id) == set()
    assert log_of(desk.app, pat.id) == [(by, "role given", WHY, details), (by, "role taken", "Left us.", details)]
    given, taken = letters_to(desk.app, pat.email)
    assert f"you are now {role} of {'the site' if on_site else 'Boardroom Buzz'}" in given and WHY in given
    assert f"no longer {role}" in taken and "Left us." in taken


def test_an_editor_gives_and_takes_the_role_of_an_author_on_their_own_blog_only(desk: Desk, make: Make) -> None:
    pat, own, other = make.account("Pat"), desk.post.blog_id, desk.elsewhere.blog_id
    for act in ("give", "take"):
        for value in ("moderator", "admin", f"editor:{own}", f"author:{other}", f"editor:{other}", "author:999999"):
            assert change(desk, "editor", pat.id, value, act).status_code == 403, value
    assert (roles_of(desk.app, pat.id), log_of(desk.app, pat.id)) == (set(), [])
    assert change(desk, "editor", pat.id, f"author:{own}").status_code == 303
    assert roles_of(desk.app, pat.id) == {f"author {own}"}
    assert change(desk, "other", pat.id, f"author:{own}", "take").status_code == 403
    page = desk.browsers["editor"].get(f"{MEMBERS}/{pat.id}").text
    assert "Take it back" in page and "Give a role" not in page
    assert "Take it back" not in desk.browsers["other"].get(f"{MEMBERS}/{pat.id}").text
    assert change(desk, "editor", pat.id, f"author:{own}", "take").status_code == 303
    assert roles_of(desk.app, pat.id) == set()


def test_an_author_can_become_an_editor_but_an_editor_is_not_made_less(desk: Desk, make: Make) -> None:
    pat, blog = make.account("Pat"), desk.post.blog_id
    change(desk, "editor", pat.id, f"author:{blog}")
    assert change(desk, "admin", pat.id, f"editor:{blog}").status_code == 303
    assert roles_of(desk.app, pat.id) == {f"editor {blog}"}
    for who in ("editor", "admin"):
        answer = change(desk, who, pat.id, f"author:{blog}")
        assert (answer.status_code, "can write there already" in answer.text) == (409, True)
        assert change(desk, who, pat.id, f"author:{blog}", "take").status_code == 303
        assert roles_of(desk.app, pat.id) == {f"editor {blog}"}


@pytest.mark.parametrize("value", ["", "king", "author", "author:", "author:x", "author:9999999999", "admin:1", "*"])
def test_what_is_no_role_is_refused(desk: Desk, make: Make, value: str) -> None:
    pat = make.account("Pat")
    assert change(desk, "admin", pat.id, value).status_code == 400
    assert change(desk, "admin", pat.id, "moderator", "borrow").status_code == 400
    assert change(desk, "admin", pat.id, "author:999999").status_code == 404
    assert change(desk, "admin", 999999, "moderator").status_code == 404
    assert switch(desk, "admin", pat.id, "sideways").status_code == 400
    assert roles_of(desk.app, pat.id) == set()


@pytest.mark.parametrize("reason", ["", " \n ", "\u200b", "x" * 301])
def test_a_reason_must_be_given_and_fit(desk: Desk, make: Make, reason: str) -> None:
    pat = make.account("Pat")
    for answer in (
        change(desk, "admin", pat.id, "moderator", reason=reason),
        switch(desk, "admin", pat.id, "off", reason),
    ):
        assert answer.status_code == 422
        assert answer.text.count("aria-invalid") == 1 and answer.text.count("autofocus") == 1
        assert problems_of(answer.text) == []
    assert (roles_of(desk.app, pat.id), log_of(desk.app, pat.id)) == (set(), [])


def test_the_last_admin_stays_one(desk: Desk, make: Make) -> None:
    last = number_of(desk, "admin")
    make.account("Otto Off", roles=("admin",), active=False)
    make.account("Nell New", roles=("admin",), confirmed_at=None)
    answer = change(desk, "admin", last, "admin", "take")
    assert (answer.status_code, LAST_ADMIN in answer.text) == (409, True)
    assert switch(desk, "admin", last, "off").status_code == 409
    assert (roles_of(desk.app, last), log_of(desk.app, last)) == ({"admin"}, [])
    make.account("Second", roles=("admin",))
    assert change(desk, "admin", last, "admin", "take").location == "/account/"
    assert desk.browsers["admin"].get(MEMBERS).status_code == 403


@pytest.mark.parametrize("how", ["roles", "state"])
def test_of_two_admins_who_turn_on_each_other_one_stays(
    desk: Desk, make: Make, sign_in: Callable[[MadeAccount], Any], how: str
) -> None:
    pair = [make.account(f"Admin {number}", roles=("admin",)) for number in range(2)]
    desk.browsers.update({account.name: sign_in(account) for account in pair})
    fields: dict[str, Any] = {"act": "take", "role": "admin", "reason": WHY, "state": "off"}
    both, answers = Barrier(2), dict[str, int]()

    def meet(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Lets whoever is about to write wait for the other, who must not come this far."""
        if statement.startswith(("DELETE FROM account_role", "UPDATE account SET active")):
            with suppress(BrokenBarrierError):
                both.wait(1)

    def strike(mine: MadeAccount, theirs: MadeAccount) -> None:
        answers[mine.name] = desk.send(mine.name, f"{MEMBERS}/{theirs.id}/{how}", **fields).status_code

    with desk.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", meet)
    try:
        threads = [Thread(target=strike, args=pair), Thread(target=strike, args=pair[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sa.event.remove(engine, "before_cursor_execute", meet)
    first, second = sorted(answers.values())
    assert first == 303 and second in {403, 404, 409}
    with desk.app.app_context():
        left = [each.name for each in db.session.scalars(sa.select(Account).where(Account.active)) if each.is_staff]
    assert len(left) == 1


def test_an_account_is_switched_off_and_on(desk: Desk, make: Make, sign_in: Callable[[MadeAccount], Any]) -> None:
    pat = make.account("Pat")
    browser, by = sign_in(pat), number_of(desk, "admin")
    assert switch(desk, "admin", pat.id, "off", "Asked for it.").location == f"{MEMBERS}/{pat.id}"
    assert browser.get("/account/").status_code == 302
    with desk.app.app_context():
        assert db.session.scalars(sa.select(LoginSession).where(LoginSession.account_id == pat.id)).all() == []
    answer = browser.post("/sign-in", data={"email": pat.email, "password": pat.password})
    assert answer.status_code == 200
    assert switch(desk, "admin", pat.id, "off").status_code == 303
    assert switch(desk, "admin", pat.id, "on", "Came back.").status_code == 303
    assert sign_in(pat).get("/account/").status_code == 200
    what = [("account switched off", "Asked for it."), ("account switched on", "Came back.")]
    assert log_of(desk.app, pat.id) == [(by, each, reason, {}) for each, reason in what]
    off, on = letters_to(desk.app, pat.email)
    assert "switched off" in off and "Asked for it." in off and "switched on again" in on


@pytest.mark.parametrize("who", ["stranger", "member", "editor", "other", "moderator"])
def test_only_admins_switch_accounts(desk: Desk, make: Make, who: str) -> None:
    pat = make.account("Pat")
    assert switch(desk, who, pat.id, "off").status_code == (404 if who == "stranger" else 403)
    with desk.app.app_context():
        assert db.session.get_one(Account, pat.id).active


def test_nobody_switches_themselves_off(desk: Desk, make: Make) -> None:
    make.account("Second", roles=("admin",))
    me = number_of(desk, "admin")
    assert "Switch off" not in desk.browsers["admin"].get(f"{MEMBERS}/{me}").text
    answer = switch(desk, "admin", me, "off")
    assert (answer.status_code, "Ask another admin" in answer.text) == (409, True)
    assert desk.browsers["admin"].get(MEMBERS).status_code == 200
