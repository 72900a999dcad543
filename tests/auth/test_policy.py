"""Every address tried by everybody: one table, which a new address must be written into.

Rows with a comment, a decision, or a blog belong to the blog that `editor` edits and `other` does not.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.auth.models import Credential
from hcpov.blog.models import BlogRole
from hcpov.comments import actions
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.media.models import Picture
from tests.forms import hidden
from tests.house.routes import Route, is_refused, path_to, routes
from tests.make import MadeAccount, MadePost, Make

WHO = ("stranger", "unconfirmed", "member", "author", "editor", "other", "moderator", "admin")

# What each of them meets, in that order: y may, n there is no such page, f not theirs, s led to the sign-in page.
ALL = "yyyyyyyy"
MEMBERS = "ssyyyyyy"
EDITORS = "nnffyyyy"
OF_THE_BLOG = "nnffyfyy"
MODERATORS = "nnffffyy"
WHO_GIVES_ROLES = "nnffyyfy"
WHO_GIVES_ROLES_ON_THE_BLOG = "nnffyffy"
EDITORS_OF_THE_BLOG = "nnffyffy"
WRITERS = "nnfyyyfy"
WRITERS_OF_THE_BLOG = "nnfyyffy"
ADMINS = "nnfffffy"
STAFF = "nnnnnnyy"
NOBODY_WITHOUT_A_LINK = "nnnnnnnn"  # a token, a receipt, a code
NOBODY_HALFWAY = "ssssssss"  # who has given the password and not yet the code; nobody here has

EXPECTED = {
    "account.confirmed": ALL,
    "account.email": MEMBERS,
    "account.email_changed": ALL,
    "account.end_session": MEMBERS,
    "account.end_sessions": MEMBERS,
    "account.home": MEMBERS,
    "account.joined": ALL,
    "account.new_email": NOBODY_WITHOUT_A_LINK,
    "account.reset_done": ALL,
    "account.reset_sent": ALL,
    "account.signed_in": MEMBERS,
    "audit.export": ADMINS,
    "audit.log": ADMINS,
    "auth.change_password": MEMBERS,
    "auth.confirm_email": NOBODY_WITHOUT_A_LINK,
    "auth.forgot_password": ALL,
    "auth.login": ALL,
    "auth.logout": ALL,
    "auth.mf_recovery": MEMBERS,
    "auth.mf_recovery_codes": MEMBERS,
    "auth.register": ALL,
    "auth.reset_password": NOBODY_WITHOUT_A_LINK,
    "auth.send_confirmation": ALL,
    "auth.static": NOBODY_WITHOUT_A_LINK,  # Flask-Security has no such file
    "auth.tf_select": NOBODY_HALFWAY,
    "auth.two_factor_rescue": NOBODY_HALFWAY,
    "auth.two_factor_setup": MEMBERS,
    "auth.two_factor_setup_validate": MEMBERS,
    "auth.two_factor_token_validation": MEMBERS,
    "auth.verify": MEMBERS,
    "auth.wan_delete": MEMBERS,
    "auth.wan_register": MEMBERS,
    "auth.wan_register_response": MEMBERS,
    "auth.wan_signin": ALL,
    "auth.wan_signin_response": ALL,
    "auth.wan_verify": MEMBERS,
    "auth.wan_verify_response": MEMBERS,
    "blog.blog_home": ALL,
    "blog.blogs": ALL,
    "blog.history": ALL,
    "blog.home": ALL,
    "blog.month": ALL,
    "blog.page_history": ALL,
    "blog.post": ALL,
    "blog.site_page": ALL,
    "blog.tag": ALL,
    "blog.write_for_us": ALL,
    "captcha.audio": NOBODY_WITHOUT_A_LINK,
    "captcha.fragment": ALL,
    "comments.answers": NOBODY_WITHOUT_A_LINK,
    "comments.edit": NOBODY_WITHOUT_A_LINK,
    "comments.erase": NOBODY_WITHOUT_A_LINK,
    "comments.leave": ALL,
    "comments.leave_on_page": ALL,
    "comments.permalink": ALL,
    "comments.receipt": NOBODY_WITHOUT_A_LINK,
    "comments.report": ALL,
    "comments.report_form": ALL,
    "credentials.decide": MODERATORS,
    "credentials.granted": MODERATORS,
    "credentials.waiting": MODERATORS,
    "data.ask": ALL,
    "data.erase": NOBODY_WITHOUT_A_LINK,
    "data.erase_own": MEMBERS,
    "data.erased": ALL,
    "data.held": NOBODY_WITHOUT_A_LINK,
    "data.own": MEMBERS,
    "data.own_erased": ALL,
    "data.sent": ALL,
    "data.take": NOBODY_WITHOUT_A_LINK,
    "data.take_own": MEMBERS,
    "desk.blog_rules": EDITORS,
    "desk.held": EDITORS,
    "desk.home": EDITORS,
    "desk.keep_words": MODERATORS,
    "desk.log": ALL,
    "desk.set_rule": OF_THE_BLOG,
    "desk.settle": OF_THE_BLOG,
    "desk.settle_many": OF_THE_BLOG,
    "desk.undo": OF_THE_BLOG,  # of what they decided themselves
    "desk.words": MODERATORS,
    "feeds.blog": ALL,
    "feeds.page_thread": ALL,
    "feeds.site": ALL,
    "feeds.tag": ALL,
    "feeds.thread": ALL,
    "health.look": ADMINS,
    "machines.card": ALL,
    "machines.card_of_blog": ALL,
    "machines.card_of_site": ALL,
    "machines.cite": ALL,
    "machines.cite_as": ALL,
    "machines.robots": ALL,
    "machines.sitemap": ALL,
    "machines.sitemap_of_people": ALL,
    "machines.sitemap_of_posts": ALL,
    "machines.sitemap_of_site": ALL,
    "machines.sitemap_of_tags": ALL,
    "media.file": NOBODY_WITHOUT_A_LINK,
    "members.change_role": WHO_GIVES_ROLES_ON_THE_BLOG,
    "members.listing": WHO_GIVES_ROLES,
    "members.member": WHO_GIVES_ROLES,
    "members.switch": ADMINS,
    "ops.alive": ALL,
    "ops.measured": ALL,  # of this machine
    "ops.ready": ALL,
    "outbox.act_on_all": ADMINS,
    "outbox.act_on_one": ADMINS,
    "outbox.lift": ADMINS,
    "outbox.listing": ADMINS,
    "pictures.add": WRITERS,
    "pictures.describe": "nnffyyfy",  # authors say it of their own
    "pictures.listing": WRITERS,
    "pictures.one": WRITERS,
    "posts.act": EDITORS_OF_THE_BLOG,
    "posts.edit": EDITORS_OF_THE_BLOG,
    "posts.forget": EDITORS_OF_THE_BLOG,
    "posts.keep": EDITORS_OF_THE_BLOG,
    "posts.listing": "nnfyyyyy",  # each those that are theirs
    "posts.new": WRITERS_OF_THE_BLOG,
    "posts.preview": EDITORS_OF_THE_BLOG,
    "posts.shared": NOBODY_WITHOUT_A_LINK,
    "posts.tags": "nnfyyyyy",
    "posts.take_links_back": EDITORS_OF_THE_BLOG,
    "profiles.credentials": MEMBERS,
    "profiles.person": ALL,
    "profiles.profile": MEMBERS,
    "profiles.withdraw": MEMBERS,  # another's badge is simply not there
    "reviews.form": EDITORS_OF_THE_BLOG,
    "reviews.say": EDITORS_OF_THE_BLOG,
    "reviews.take_back": EDITORS_OF_THE_BLOG,
    "revisions.bring_back": EDITORS_OF_THE_BLOG,
    "revisions.change": EDITORS_OF_THE_BLOG,
    "revisions.change_form": EDITORS_OF_THE_BLOG,
    "revisions.listing": EDITORS_OF_THE_BLOG,
    "revisions.withdraw": EDITORS_OF_THE_BLOG,
    "search.search": ALL,
    "security_txt.file": NOBODY_WITHOUT_A_LINK,  # the tests' settings name no contact
    "shelf.begin": ADMINS,
    "shelf.begin_page": ADMINS,
    "shelf.edit": EDITORS_OF_THE_BLOG,
    "shelf.keep_texts": EDITORS_OF_THE_BLOG,
    "shelf.move": ADMINS,
    "shelf.pages": ADMINS,
    "shelf.rename": ADMINS,
    "static": ALL,
    "strip.toggle": STAFF,
    "style.look": EDITORS,
    "updates.act": NOBODY_WITHOUT_A_LINK,
    "updates.ask_blog": ALL,
    "updates.ask_site": ALL,
    "updates.change_mine": MEMBERS,
    "updates.choose": ALL,
    "updates.mine": MEMBERS,
    "updates.wishes": NOBODY_WITHOUT_A_LINK,
}
# Forms whose words must survive a token that is out of date: they answer with the form.
KEEPS_WORDS = {"comments.leave", "comments.leave_on_page", "posts.act"}


@dataclass
class Visitor:
    """Somebody with a browser, and a site where everything belongs to one blog."""

    app: Flask
    make: Make
    who: str
    account: MadeAccount | None
    post: MadePost
    browser: FlaskClient

    @property
    def is_signed_in(self) -> bool:
        return self.who not in {"stranger", "unconfirmed"}

    def token(self) -> str:
        """Returns the session's token; signs in again when an address before has signed out."""
        token = hidden(self.browser.get("/").text, "csrf_token")
        if not token and self.is_signed_in and self.account:
            fields = {"email": self.account.email, "password": self.account.password}
            assert self.browser.post("/sign-in", data=fields).status_code == 302
            token = hidden(self.browser.get("/").text, "csrf_token")
        return token

    def path(self, route: Route) -> tuple[str, dict[str, str]]:
        """Returns the path with rows of its own, which nobody has used before, and the form."""
        blog, hold = self.post.blog_id, {"action": "publish"}
        if route.endpoint == "captcha.fragment":
            return f"{route.path}?for={self.post.id}", {}
        if route.endpoint == "desk.settle_many":
            return route.path, hold | {"ids": str(self.held())}
        if route.endpoint.startswith("members.") and route.endpoint != "members.listing":
            fields = {"role": f"author:{blog}", "act": "give", "state": "off", "reason": "Why not."}
            return self.with_number(route, self.make.account().id), fields
        if route.endpoint == "outbox.act_on_all":
            return route.path, {"act": "call"}
        if route.endpoint == "posts.new":
            return route.path, {"blog": str(blog)}
        if route.endpoint.startswith("posts.") and route.is_numbered:
            return self.with_number(route, self.make.draft()), {}
        if route.endpoint.startswith(("revisions.", "reviews.")):
            return self.with_number(route, self.post.id), {"reason": "Why not."}
        if route.endpoint.startswith("shelf.") and route.is_numbered:
            return self.with_number(route, blog), {"to": "up"}
        rows: dict[str, tuple[Callable[[], int], dict[str, str]]] = {
            "credentials.decide": (self.asked, {"action": "refuse", "reason": "Why not."}),
            "desk.set_rule": (lambda: blog, {"rule": "open"}),
            "desk.settle": (self.held, hold),
            "desk.undo": (self.decided, {}),
            "outbox.act_on_one": (self.message, {"act": "drop"}),
            "pictures.describe": (self.picture, {"alt": "A ward at night"}),
            "pictures.one": (self.picture, {}),
        }
        if route.endpoint in rows:
            number, form = rows[route.endpoint]
            return self.with_number(route, number()), dict(form)
        return route.path, {}

    def with_number(self, route: Route, number: int) -> str:
        return path_to(self.app, route.endpoint, {"number": number})

    def held(self) -> int:
        return self.make.comment(self.post, state=State.HELD, reasons=["to be read"])

    def asked(self) -> int:
        """Makes somebody who asks for a badge."""
        row = Credential(
            account_id=self.make.account().id, profession="Nurse", region="Ohio", body="Board", number="12"
        )
        with self.app.app_context():
            db.session.add(row)
            db.session.commit()
            return row.id

    def message(self) -> int:
        """Makes a message that waits."""
        row = Message(to="a@example.org", subject="A", text="A", dedupe_key=secrets.token_hex(16))
        with self.app.app_context():
            db.session.add(row)
            db.session.commit()
            return row.id

    def picture(self) -> int:
        """Makes a picture that nobody owns; no file is behind it."""
        row = Picture(digest=secrets.token_hex(32), name="ward.jpg", width=640, height=480)
        with self.app.app_context():
            db.session.add(row)
            db.session.commit()
            return row.id

    def decided(self) -> int:
        """Makes a decision of this visitor's own, about a comment of the blog."""
        number, by = self.held(), self.account or self.make.account()
        with self.app.app_context():
            comment = db.session.get_one(Comment, number)
            return actions.settle(comment, by.id, "published", State.PUBLISHED).id


@pytest.fixture
def visitor(request: pytest.FixtureRequest, app: Flask, make: Make) -> Visitor:
    """Somebody of the kind that the test asks for."""
    who: str = request.param
    post, elsewhere = make.post("Ours"), make.post("Theirs", blog="night-shift")
    roles = (who,) if who in {"moderator", "admin"} else ()
    account = None
    if who == "unconfirmed":
        account = make.account(who, confirmed_at=None)
    elif who != "stranger":
        account = make.account(who, roles=roles)
        make.account("somebody who stays", roles=("admin",))
    if account and who in {"author", "editor", "other"}:
        with app.app_context():
            blog = elsewhere.blog_id if who == "other" else post.blog_id
            role = "author" if who == "author" else "editor"
            db.session.add(BlogRole(account_id=account.id, blog_id=blog, role=role))
            db.session.commit()
    browser = app.test_client()
    if account:
        answer = browser.post("/sign-in", data={"email": account.email, "password": account.password})
        assert (answer.status_code == 302) == (who != "unconfirmed")
    return Visitor(app, make, who, account, post, browser)


def met(route: Route, answer: TestResponse) -> str:
    """Returns in a letter what somebody met."""
    location = answer.headers.get("Location", "").removeprefix("http://localhost")
    if answer.status_code == 403:
        return "f"
    if 300 <= answer.status_code < 400 and is_refused(answer.status_code, location):
        return "s"
    if answer.status_code == 404:
        return "n"
    if answer.status_code in {401, 405} or answer.status_code >= 500:
        return str(answer.status_code)
    return "y" if answer.status_code < 400 or route.method == "POST" else str(answer.status_code)


def test_the_table_names_every_address(app: Flask) -> None:
    assert set(EXPECTED) == {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {len(letters) for letters in EXPECTED.values()} == {len(WHO)}


@pytest.mark.parametrize("visitor", WHO, indirect=True)
def test_everybody_gets_what_the_table_says(visitor: Visitor) -> None:
    wrong = []
    for route in routes(visitor.app, visitor.make):
        token = visitor.token()
        path, fields = visitor.path(route)
        fields |= {"csrf_token": token} if route.method == "POST" and token else {}
        answer = visitor.browser.open(path, method=route.method, data=fields)
        said, expected = met(route, answer), EXPECTED[route.endpoint][WHO.index(visitor.who)]
        if said != expected:
            wrong.append(f"{route.method} {path} ({route.endpoint}): {said} {answer.status_code}, not {expected}")
        answer.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("visitor", "forged"),
    [(who, {}) for who in WHO[2:]] + [("admin", {"csrf_token": "forged"})],
    indirect=["visitor"],
)
def test_without_its_token_no_session_changes_anything(visitor: Visitor, forged: dict[str, str]) -> None:
    wrong = []
    for route in routes(visitor.app, visitor.make):
        if route.method == "POST" and route.endpoint not in KEEPS_WORDS:
            path, fields = visitor.path(route)
            answer = visitor.browser.post(path, data=fields | forged)
            if answer.status_code != 400 or "seal is out of date" not in answer.text:
                wrong.append(f"{path} ({route.endpoint}): {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert "Signed in as" in visitor.browser.get("/").text
