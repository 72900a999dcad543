"""Finished answers for `first_render`: two posts in each variant, compressed, with the site's own headers."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import brotli
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from flask import Flask

from bench.data import fill
from hcpov import config
from hcpov.blog.models import Post
from hcpov.blog.rows import post_path
from hcpov.extensions import db
from hcpov.web.assets import READERS_STYLES, asset
from tests.deploy.fronts import certify

KINDS = ("linked", "inlined", "preload", "hinted")
STYLES = re.compile("<style>(.*?)</style>", re.DOTALL)
KEPT = {"cache-control": "public, max-age=31536000, immutable", "access-control-allow-origin": "*"}


@dataclass
class Answers:
    """What the server will read: files and a list of them."""

    folder: Path
    listed: dict[str, dict[str, object]]

    def add(self, address: str, text: str, headers: dict[str, str], hint: str = "") -> int:
        """Adds an answer and returns its compressed length."""
        body = brotli.compress(text.encode(), quality=5)
        file = f"{len(self.listed)}.br"
        (self.folder / file).write_bytes(body)
        self.listed[address] = {"file": file, "hint": hint, "headers": headers | {"content-encoding": "br"}}
        return len(body)


def write_answers(folder: Path, htmx: Path | None) -> dict[str, int]:
    """Writes everything the server needs; returns how many bytes each variant's page and the style sheet are."""
    app = fill(folder / "site", 3, 350)  # of which the first two posts have fifty each
    with app.test_request_context():
        sheet = asset(READERS_STYLES)
    link, hint = f'<link rel="stylesheet" href="{sheet}">', f"<{sheet}>; rel=preload; as=style"
    answers, sizes = Answers(folder, {}), {}
    for number, (page, headers) in enumerate(_posts(app), 1):
        found = STYLES.search(page)
        assert found
        for kind in KINDS:
            text = page if kind == "inlined" else page.replace(found[0], link)
            more = {"link": hint} if kind == "preload" else {}
            sizes[kind] = answers.add(f"/{kind}/{number}", text, headers | more, hint if kind == "hinted" else "")
        sizes["style sheet"] = answers.add(sheet, found[1], KEPT | {"content-type": "text/css"})
        for script in re.findall(r'<script defer src="(/[^"]+)"', page):
            text = (config.ROOT / script.split("?")[0][1:]).read_text(encoding="utf-8")
            answers.add(script, text, KEPT | {"content-type": "text/javascript"})
    if htmx:
        script = "/" + config.HTMX_URL.split("/", 3)[3]
        answers.add(script, htmx.read_text(encoding="utf-8"), KEPT | {"content-type": "text/javascript"})
    (folder / "manifest.json").write_text(json.dumps(answers.listed))
    certify(folder)
    return sizes


def public_key_mark(folder: Path) -> str:
    """Returns what Chromium must be told so that it takes the server's certificate as a true one, and keeps answers."""
    certificate = x509.load_pem_x509_certificate((folder / "fullchain.pem").read_bytes())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    key = certificate.public_key().public_bytes(serialization.Encoding.DER, form)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def _posts(app: Flask) -> list[tuple[str, dict[str, str]]]:
    """Returns both pages with the headers they have."""
    with app.app_context():
        paths = [post_path(post) for post in db.session.scalars(db.select(Post).order_by(Post.id).limit(2))]
    pages = [app.test_client().get(path) for path in paths]
    # Fifty, less those that were set aside.
    assert all(45 <= page.text.count('class="comment"') <= 50 for page in pages)
    return [
        (page.text, {name.lower(): value for name, value in page.headers if name != "Content-Length"}) for page in pages
    ]
