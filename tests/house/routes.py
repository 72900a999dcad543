"""Every address of the application: who may use it, and with which values to try it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import Flask

from hcpov.blog.models import Kind
from tests.make import Make

# Addresses that answer strangers, with the methods they answer to.
PUBLIC = {
    "account.confirmed": "GET",
    "account.email_changed": "GET",
    "account.joined": "GET",
    "account.new_email": "GET POST",  # opens with a token only, as do confirm_email and reset_password
    "account.reset_done": "GET",
    "account.reset_sent": "GET",
    "auth.confirm_email": "GET POST",
    "auth.forgot_password": "GET POST",
    "auth.login": "GET POST",
    "auth.logout": "POST",
    "auth.register": "GET POST",
    "auth.reset_password": "GET POST",
    "auth.send_confirmation": "GET POST",
    "auth.wan_signin": "GET POST",
    "auth.wan_signin_response": "POST",
    "auth.static": "GET",  # Flask-Security's own files; it registers them whether they are used or not
    "blog.blog_home": "GET",
    "blog.blogs": "GET",
    "blog.history": "GET",
    "blog.home": "GET",
    "blog.month": "GET",
    "blog.page_history": "GET",
    "blog.post": "GET",
    "blog.site_page": "GET",
    "blog.tag": "GET",
    "blog.write_for_us": "GET",
    "captcha.audio": "GET",
    "captcha.fragment": "GET",
    "data.ask": "GET POST",
    "data.erase": "POST",  # this, held and take open with a link from a letter only
    "data.erased": "GET",
    "data.held": "GET",
    "data.own_erased": "GET",
    "data.sent": "GET",
    "data.take": "POST",
    "comments.answers": "POST",  # this and edit, erase and receipt open with a receipt only
    "comments.edit": "POST",
    "comments.erase": "POST",
    "comments.leave": "POST",
    "comments.leave_on_page": "POST",
    "comments.permalink": "GET",
    "comments.receipt": "GET",
    "comments.report": "POST",
    "comments.report_form": "GET",
    "desk.log": "GET",
    "feeds.blog": "GET",
    "feeds.page_thread": "GET",
    "feeds.site": "GET",
    "feeds.tag": "GET",
    "feeds.thread": "GET",
    "ops.alive": "GET",
    "ops.measured": "GET",  # from this machine, or with a token
    "ops.ready": "GET",
    "profiles.person": "GET",
    "machines.card": "GET",
    "machines.card_of_blog": "GET",
    "machines.card_of_site": "GET",
    "machines.cite": "GET",
    "machines.cite_as": "GET",
    "machines.robots": "GET",
    "machines.sitemap": "GET",
    "machines.sitemap_of_people": "GET",
    "machines.sitemap_of_posts": "GET",
    "machines.sitemap_of_site": "GET",
    "machines.sitemap_of_tags": "GET",
    "media.file": "GET",
    "posts.shared": "GET",  # opens with a signed token only
    "search.search": "GET",
    "security_txt.file": "GET",  # with a contact in the settings
    "static": "GET",
    "updates.ask_blog": "POST",
    "updates.ask_site": "POST",
    "updates.act": "POST",
    "updates.choose": "GET",
    "updates.wishes": "GET",
}

# Addresses for those who may; strangers are refused or led to the sign-in page.
PRIVATE = {
    "account.email": "GET POST",
    "account.end_session": "POST",
    "account.end_sessions": "POST",
    "account.home": "GET",
    "account.signed_in": "GET",
    "audit.export": "GET",
    "audit.log": "GET",
    "auth.change_password": "GET POST",
    "auth.mf_recovery": "GET POST",  # this, tf_select and the two_factor pages need a password given just before
    "auth.mf_recovery_codes": "GET POST",
    "auth.tf_select": "GET POST",
    "auth.two_factor_rescue": "GET POST",
    "auth.two_factor_setup": "GET POST",
    "auth.two_factor_setup_validate": "POST",
    "auth.two_factor_token_validation": "GET POST",
    "auth.verify": "GET POST",
    "auth.wan_delete": "GET POST",
    "auth.wan_register": "GET POST",
    "auth.wan_register_response": "POST",
    "auth.wan_verify": "GET POST",
    "auth.wan_verify_response": "POST",
    "credentials.decide": "POST",
    "credentials.granted": "GET",
    "credentials.waiting": "GET",
    "data.erase_own": "GET POST",
    "data.own": "GET",
    "data.take_own": "POST",
    "desk.blog_rules": "GET",
    "desk.held": "GET",
    "desk.home": "GET",
    "desk.keep_words": "POST",
    "desk.set_rule": "POST",
    "desk.settle": "POST",
    "desk.settle_many": "POST",
    "desk.undo": "POST",
    "desk.words": "GET",
    "health.look": "GET",
    "members.change_role": "POST",
    "members.listing": "GET",
    "members.member": "GET",
    "members.switch": "POST",
    "outbox.act_on_all": "POST",
    "outbox.act_on_one": "POST",
    "outbox.lift": "POST",
    "outbox.listing": "GET",
    "profiles.credentials": "GET POST",
    "profiles.profile": "GET POST",
    "profiles.withdraw": "POST",
    "reviews.form": "GET",
    "reviews.say": "POST",
    "reviews.take_back": "POST",
    "revisions.bring_back": "POST",
    "revisions.change": "POST",
    "revisions.change_form": "GET",
    "revisions.listing": "GET",
    "revisions.withdraw": "POST",
    "shelf.begin": "GET POST",
    "shelf.begin_page": "GET POST",
    "shelf.edit": "GET",
    "shelf.keep_texts": "POST",
    "shelf.move": "POST",
    "shelf.pages": "GET",
    "shelf.rename": "POST",
    "pictures.add": "POST",
    "pictures.describe": "POST",
    "pictures.listing": "GET",
    "pictures.one": "GET",
    "posts.act": "POST",
    "posts.edit": "GET",
    "posts.forget": "POST",
    "posts.keep": "POST",
    "posts.listing": "GET",
    "posts.new": "POST",
    "posts.preview": "POST",
    "posts.tags": "GET",
    "posts.take_links_back": "POST",
    "updates.change_mine": "POST",
    "updates.mine": "GET",
    "style.look": "GET",
    "strip.toggle": "POST",  # for whom HCPOV_STRIP names: staff, unless it says otherwise
}


@dataclass(frozen=True)
class Route:
    """One way to use an address."""

    endpoint: str
    method: str
    path: str
    others: frozenset[str]
    is_numbered: bool


def routes(app: Flask, make: Make) -> Iterator[Route]:
    """Yields every address with every method it takes, filled in with rows that exist."""
    values = _values(make)
    for rule in app.url_map.iter_rules():
        missing = rule.arguments - values.keys()
        assert not missing, f"{rule.rule}: say in tests/house/routes.py with which {', '.join(missing)} to try it"
        path = path_to(app, rule.endpoint, {name: values[name] for name in rule.arguments})
        methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
        for method in sorted(methods):
            yield Route(rule.endpoint, method, path, methods - {method}, "number" in rule.arguments)


def path_to(app: Flask, endpoint: str, values: Mapping[str, str | int]) -> str:
    """Returns the path of an endpoint."""
    with app.test_request_context():
        return app.url_map.bind("localhost").build(endpoint, values)


def unlisted(used: Iterable[tuple[str, str]]) -> list[str]:
    """Returns the endpoints and methods that neither table names, and those that both name."""
    wrong = []
    for endpoint, method in used:
        tables = [table for table in (PUBLIC, PRIVATE) if method in table.get(endpoint, "").split()]
        if len(tables) != 1:
            wrong.append(f"{method} {endpoint}: name it once, in PUBLIC or PRIVATE of tests/house/routes.py")
    return wrong


def is_refused(status: int, location: str | None = None) -> bool:
    """Says whether a stranger got nothing: refused, told that there is nothing, or led to the sign-in page."""
    if status in {301, 302, 303, 307, 308}:
        return (location or "").split("?")[0].removeprefix("http://localhost") == "/sign-in"
    return status in {401, 403, 404}


def _values(make: Make) -> dict[str, str | int]:
    make.blog("open-door", write_for_us_html="<p>Write to us.</p>")
    post = make.post(slug="a-text", blog="open-door", tags=["Night shifts"])
    make.post(slug="a-text", kind=Kind.PAGE)
    _, blog, year, month, slug, _ = post.path.split("/")
    return {
        "blog": blog,
        "year": int(year),
        "month": int(month),
        "slug": slug,
        "number": make.comment(post),
        "handle": _person(make),
        "challenge": "none",
        "token": "none",
        "filename": "css/pov.css",
        "form": "csv",
        "kind": "atom",
        "style": "bib",
        "part": 0,
        "tag": "night-shifts",
        "name": "0123456789abcdef-640x480.webp",
    }


def _person(make: Make) -> str:
    """Makes a member with a public page, and returns the handle."""
    make.account(handle="somebody", about="Words.")
    return "somebody"
