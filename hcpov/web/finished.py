"""Views whose pages are the same for all strangers: kept finished, and filled in for whoever is signed in."""

import secrets
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from hcpov import config, counts
from hcpov.pages import changes
from hcpov.pages.assets import Assets
from hcpov.pages.encodings import PLAIN
from hcpov.pages.entry import Entry
from hcpov.pages.layer import Layer
from hcpov.pages.recording import NAME, RECORDING, recording, without_marks
from hcpov.pages.store import Store
from hcpov.web import htmx, strip
from hcpov.web.headers import build, protecting

LAYER = "hcpov.pages.layer"
# The holes of templates/base.html and of what it includes, as templates/web/_around.html fills them.
AROUND = ("strip-style", "strip", "welcome", "shown-strip", "token", "address")
BETWEEN = secrets.token_hex(8)  # nobody knows it, so it is in nobody's name
MEGABYTE = 1024 * 1024

Filler = Callable[..., str]
View = Callable[..., AnyResponse]


def finished(*arguments: str, **fillers: Filler) -> Callable[[View], View]:
    """Keeps the pages of a view, with no query or one of these arguments; `fillers` fill its own holes by name.

    A stranger's answer is noted while it is made, for the layer to keep. A reader who is signed in gets that very page
    with its holes filled: nothing but what is theirs is asked of the database. A page that is none for strangers is the
    view's to answer.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**values: Any) -> AnyResponse:
            g.parts = arguments  # a page's own address says which part of a list it is (`chrome.address`)
            layer: Layer | None = current_app.extensions.get(LAYER)
            if layer is None or not _is_plain(arguments):
                return view(**values)
            if NAME in request.environ:
                return _noted(layer, view, values)
            if not current_user.is_authenticated or htmx.wanted() or "receipt" in request.cookies:
                return view(**values)
            with current_app.app_context():  # without it Flask would share who is signed in with the stranger's request
                page = layer.strangers(request.environ)
            return _filled(page, fillers) if page else view(**values)

        return answer

    return decorate


def install(app: Flask) -> None:
    """Puts the layer in front of an application whose settings let pages take room."""
    settings: config.Settings = app.config["HCPOV"]
    if not settings.pages_mb:
        return
    folder = settings.instance / "pages"
    try:
        store = Store(
            folder, settings.pages_mb * MEGABYTE, build=build(settings), counts=app.extensions[counts.EXTENSION]
        )
    except OSError as problem:
        app.logger.warning("No finished pages are kept: %s", problem)
        return
    assert app.static_folder is not None
    assets = Assets(Path(app.static_folder), folder, protecting(settings))
    app.extensions[changes.STORE] = store
    app.extensions[LAYER] = layer = Layer(app.wsgi_app, store, assets)
    app.wsgi_app = layer  # type: ignore[method-assign,assignment]
    changes.install()


def _is_plain(arguments: tuple[str, ...]) -> bool:
    """Says whether a request asks for the page itself, or for one page of its list."""
    return request.method == "GET" and list(request.args.keys()) in ([], *([name] for name in arguments))


def _noted(layer: Layer, view: View, values: dict[str, Any]) -> AnyResponse:
    with recording(layer.store.counters.newest) as noted:
        answer = make_response(view(**values))
        page, noted.holes = without_marks(answer.get_data())
        answer.set_data(page)
    if answer.status_code == 200:
        request.environ[RECORDING] = noted
    return answer


def _filled(page: Entry, fillers: dict[str, Filler]) -> AnyResponse:
    around = dict(zip(AROUND, _around().split(BETWEEN), strict=True)) if page.holes else {}
    plain, pieces, at = page.body.plain, [], 0
    for hole in page.holes:
        words = around.get(hole.name)
        pieces += [plain[at : hole.start], (fillers[hole.name](*hole.facts) if words is None else words).encode()]
        at = hole.end
    answer = Response(b"".join([*pieces, plain[at:]]), content_type=dict(page.headers)["Content-Type"])
    if page.holes:
        return answer
    for name, value in page.headers:  # a feed is the same for whoever asks
        if name in {"Cache-Control", "Last-Modified"}:
            answer.headers[name] = value
    answer.set_etag(page.tags[PLAIN].strip('"'))
    return answer.make_conditional(request)


def _around() -> str:
    """Returns what fills the holes that every page has, in the order of AROUND: one rendering for all of them."""
    return render_template(
        "web/_around.html",
        between=BETWEEN,
        member=current_user._get_current_object(),
        strip=strip.current(),
        strip_closed=strip.is_for_me() and strip.is_closed(),
        here=request.full_path.rstrip("?"),
    )
