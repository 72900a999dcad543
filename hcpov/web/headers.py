"""Headers that every answer carries: pages, feeds, files and errors alike."""

import hashlib

from flask import Flask, Response, request, session
from flask_login import current_user

from hcpov import config
from hcpov.web.assets import styles_hash

# These, feeds and what machines read are the same for whoever asks; a page on how to cite has its reader's bars.
FILES = {"static", "media.file", "security_txt.file"}
FEEDS, MACHINES, CITE = "feeds", "machines", "machines.cite"


def install(app: Flask) -> None:
    """Adds the headers to every answer of `app`."""
    fixed = protecting(app.config["HCPOV"])

    @app.after_request
    def _protect(response: Response) -> Response:
        response.headers.update(fixed)
        return _cacheable(response)


def protecting(settings: config.Settings) -> list[tuple[str, str]]:
    """Returns the headers that protect a reader, the same on every answer."""
    found = [
        ("Content-Security-Policy", content_security_policy(settings)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if settings.site_url.startswith("https://"):
        found.append(("Strict-Transport-Security", "max-age=63072000"))
    return found


def build(settings: config.Settings) -> str:
    """Returns a word for these headers and the language: pages that were kept with others are not found under it."""
    kept = [settings.language, *protecting(settings)]
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:8]


def nginx(settings: config.Settings) -> str:
    """Returns the same headers as nginx includes them, and where it finds the pages that were kept with them.

    After other styles or settings nginx finds no pages until it has the new lines: the application then answers.
    """
    lines = [f'add_header {name} "{value}" always;' for name, value in protecting(settings)]
    return "\n".join([f"set $pov_build {build(settings)};", *lines, ""])


def content_security_policy(settings: config.Settings) -> str:
    """Returns the one policy.

    The script's whole address is named, not its host: a CDN serves other people's files too. Of styles inside a page
    only our own are let in, by the hash of their text.
    """
    script = settings.htmx_url if settings.htmx_url.startswith("http") else ""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {script}".rstrip(),
            f"style-src 'self' '{styles_hash()}'",
            f"img-src 'self' data: {settings.picture_hosts}".rstrip(),
            "media-src 'self'",
            "connect-src 'self'",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _cacheable(response: Response) -> Response:
    """Lets shared caches keep only what is the same for everyone; a reader's own page is never stored."""
    if response.status_code < 400 and _is_for_all():
        # Flask-Login looks into every session, and Flask would tell caches that the answer depends on it.
        session.accessed = False
        return response
    if "Cache-Control" in response.headers:
        return response
    if "Vary" in response.headers:
        response.vary.add("Cookie")
    else:  # as in nearly every answer; to read an empty header, change and write it takes ten times as long
        response.headers["Vary"] = "Cookie"
    if request.method not in {"GET", "HEAD"} or session or current_user.is_authenticated:
        response.headers["Cache-Control"] = "private, no-store"
    elif response.status_code == 200 and not response.is_streamed:
        response.headers["Cache-Control"] = "public, no-cache"  # kept, but asked for again: an edit shows at once
        response.add_etag()
        response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_for_all() -> bool:
    is_file = request.endpoint in FILES or request.blueprint == FEEDS
    return is_file or (request.blueprint == MACHINES and request.endpoint != CITE)
