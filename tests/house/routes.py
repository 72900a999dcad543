"""Every address of the application: who may use it, and with which values to try it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask

from hcpov.blog.models import Kind
from tests.make import Make

# Addresses that answer strangers, with the methods they answer to.
PUBLIC = {
    "auth.login": "GET POST",
    "auth.logout": "POST",
    "auth.register": "GET POST",
    "auth.static": "GET",  # Flask-Security's own files; it registers them whether they are used or not
    "blog.blog_feed": "GET",
    "blog.blog_home": "GET",
    "blog.blogs": "GET",
    "blog.home": "GET",
    "blog.month": "GET",
    "blog.post": "GET",
    "blog.site_feed": "GET",
    "blog.site_page": "GET",
    "captcha.audio": "GET",
    "captcha.fragment": "GET",
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
    "static": "GET",
    "updates.ask_blog": "POST",
    "updates.ask_site": "POST",
    "updates.asked_by_mail": "GET",
    "updates.confirm": "POST",
}

# Addresses for those who may; strangers are refused or led to the sign-in page.
PRIVATE = {
    "auth.verify": "GET POST",
    "desk.blog_rules": "GET",
    "desk.held": "GET",
    "desk.home": "GET",
    "desk.keep_words": "POST",
    "desk.set_rule": "POST",
    "desk.settle": "POST",
    "desk.settle_many": "POST",
    "desk.undo": "POST",
    "desk.words": "GET",
    "strip.toggle": "POST",  # for whom HCPOV_STRIP names: staff, unless it says otherwise
}


@dataclass(frozen=True)
class Route:
    """One way to use an address."""

    endpoint: str
    method: str
    path: str
    others: frozenset[str]


def routes(app: Flask, make: Make) -> Iterator[Route]:
    """Yields every address with every method it takes, filled in with rows that exist."""
    values = _values(make)
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            missing = rule.arguments - values.keys()
            assert not missing, f"{rule.rule}: say in tests/house/routes.py with which {', '.join(missing)} to try it"
            path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
            methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
            for method in sorted(methods):
                yield Route(rule.endpoint, method, path, methods - {method})


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
    post = make.post(slug="a-text")
    make.post(slug="a-text", kind=Kind.PAGE)
    _, blog, year, month, slug, _ = post.path.split("/")
    return {
        "blog": blog,
        "year": int(year),
        "month": int(month),
        "slug": slug,
        "number": make.comment(post),
        "challenge": "none",
        "token": "none",
        "filename": "css/pov.css",
    }
