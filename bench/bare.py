"""Two bare Flask views that a signed-in reader's page is compared with: the template alone, and bytes alone.

`bench.members` has granian call `bench.bare:made`, on the instance folder that is being measured. `/rendered`
renders `blog/post.html` with what the real view gave it, fetched once at the start: no query, no session, no header of
ours. `/constant` returns the bytes of that page.
"""

import os
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template, template_rendered

from hcpov import config, languages
from hcpov.app import create_app
from hcpov.web import filters

POST, COOKIE = "BENCH_POST", "BENCH_COOKIE"
TOKEN = "a" * 91  # as long as one of the session's
FACTS = ("id", "name", "title", "place", "email", "desk", "is_authenticated", "is_staff")


def _kept() -> tuple[dict[str, Any], str, config.Settings]:
    """Returns what the real view gives the template, the page it makes of it, and the settings."""
    app, seen = create_app(), []

    def note(_app: Flask, context: dict[str, Any], **_more: Any) -> None:
        member = SimpleNamespace(**{name: getattr(context["current_user"], name) for name in FACTS})
        seen.append(context | {"member": member, "current_user": member, "csrf_token": lambda: TOKEN})

    with template_rendered.connected_to(note, app):
        page = app.test_client(use_cookies=False).get(os.environ[POST], headers={"Cookie": os.environ[COOKIE]})
    assert page.status_code == 200, page.status
    for name in ("request", "session", "g"):
        seen[-1].pop(name, None)
    return seen[-1], page.text, app.config["HCPOV"]


def made() -> Flask:
    """Returns the application with the two views."""
    context, page, settings = _kept()
    bare = Flask("bare", root_path=str(config.ROOT), template_folder="templates", static_folder="static")
    bare.config["HCPOV"] = settings
    languages.install(bare)
    filters.install(bare)
    constant = page.encode()

    @bare.get("/rendered")
    def rendered() -> str:
        return render_template("blog/post.html", **context)

    @bare.get("/constant")
    def bytes_alone() -> bytes:
        return constant

    return bare
