"""How many bytes and requests stand between a reader on a slow line and the text.

`.venv/bin/python -m bench.first_view` runs `hcpov serve` on a site with the demo, gathers fifty of its comments (in its
own words; some twice, with their ends turned round) under one post, and weighs as Brotli and gzip: the page with the
style sheets it waits for, a code's fragment, the answer to a posted comment, the sound of a code. What the server sends
encoded is weighed as sent; what it sends as it is, as a server in front would encode it (Brotli 5, gzip 6). Headers are
not counted. Prints a table and a JSON line; ends with 1 when a budget is missed as Brotli, which browsers take today.
"""

import gzip
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

import brotli
from flask import Flask

from bench import load, report
from bench.data import settings_for
from bench.report import Budget
from hcpov import config
from hcpov.app import create_app
from hcpov.blog.models import Post
from hcpov.blog.rows import post_path
from hcpov.captcha import challenges
from hcpov.comments.actions import count_in
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from hcpov.transfer.imports.actions import write_demo
from tests.forms import HTMX, hidden
from tests.live import serving

COMMENTS = 50
FIRST_VIEW, REQUESTS, CODE, POSTED, SOUND = 14_600, 2, 3_000, 1_500, 40_000
ENCODERS = {"br": lambda body: brotli.compress(body, quality=5), "gzip": lambda body: gzip.compress(body, 6)}
ENCODINGS = tuple(ENCODERS)
DECODERS = {"": bytes, "br": brotli.decompress, "gzip": gzip.decompress}
SHEET, SCRIPT = (
    re.compile(r"<link rel=\"stylesheet\"(?! media=\"print\")[^>]*>"),
    re.compile(r"<script(?=[^>]* src=)[^>]*>"),
)
SAID = {
    "name": "Ada Reader",
    "title": "Pharmacist",
    "place": "Tulsa OK",
    "body": "We tried this on two wards. It held.",
}


@dataclass(frozen=True)
class Weight:
    """Something that is sent: its bytes as they are, and in each encoding."""

    what: str
    plain: int
    encoded: Mapping[str, int]

    @property
    def row(self) -> tuple[object, ...]:
        """Its row in the table."""
        return self.what, self.plain, *self.encoded.values()


def main() -> int:
    """Measures, prints, and returns the exit code."""
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        app = create_app(settings)
        with app.app_context():
            upgrade()
            write_demo(config.ROOT / "hcpov" / "transfer" / "demo")
            number, path = _talked_about()
        with serving(settings, "--web-only") as address:
            page = load.once(address + path, {})[2].decode()
            sheets = [urljoin(path, unescape(re.findall(r'href="([^"]+)"', tag)[0])) for tag in SHEET.findall(page)]
            waited = [tag for tag in SCRIPT.findall(page) if not re.search(r"\b(?:defer|async|type=\"module\")", tag)]
            weights = [_weighed(f"the page, {COMMENTS} comments", address + path)]
            weights += [_weighed(sheet.partition("?")[0], address + sheet) for sheet in sheets]
            first = Weight(
                "first view",
                sum(each.plain for each in weights),
                {name: sum(each.encoded[name] for each in weights) for name in ENCODINGS},
            )
            fragment = _weighed("a code", f"{address}/captcha?for={number}")
            token = hidden(load.once(f"{address}/captcha?for={number}", {})[2].decode())
            sound = len(load.once(f"{address}/captcha/{token}/audio", {})[2])
            posted = _posted(app, address, number, path)
    weights += [first, fragment, posted, Weight("the sound of a code", sound, dict.fromkeys(ENCODINGS, sound))]
    print("Bytes of bodies. Client and server share this machine, which changes none of them.\n")
    report.table(("", "plain", *ENCODINGS), [each.row for each in weights])
    budgets = [
        Budget(f"{what}, {name}", each.encoded[name], limit, " bytes", at_most=True, aim=name != "br")
        for what, each, limit in (
            ("first view", first, FIRST_VIEW),
            ("a code", fragment, CODE),
            ("a posted comment's answer", posted, POSTED),
        )
        for name in ENCODINGS
    ]
    budgets.append(Budget("the sound of a code", sound, SOUND, " bytes", at_most=True))
    asked = 1 + len(sheets) + len(waited)
    budgets.append(Budget("requests before the text is styled", asked, REQUESTS, at_most=True))
    return report.close("first_view", budgets, rows=[each.row for each in weights])


def _talked_about() -> tuple[int, str]:
    """Gathers comments under the post that has most of them; returns its number and address. Commits."""
    post = db.session.scalars(db.select(Post).order_by(Post.comment_count.desc(), Post.id).limit(1)).one()
    others = list(db.session.scalars(db.select(Comment).where(Comment.post_id != post.id).order_by(Comment.id)))
    own = db.session.scalars(db.select(Comment).where(Comment.post_id == post.id)).all()
    for number in range(COMMENTS - post.comment_count):
        model = [*others, *own][number % (len(others) + len(own))]
        html = model.html if number < len(others) else f"<p>{' '.join(reversed(model.body.split()))}</p>"
        at = post.last_comment_at
        assert at is not None
        at += timedelta(minutes=number + 1)
        comment = Comment(post_id=post.id, name=model.name, title=model.title, place=model.place, body=model.body)
        comment.html, comment.created_at, comment.published_at = html, at, at
        db.session.add(comment)
    db.session.flush()
    while post.comment_count < COMMENTS:
        count_in(post.id, own[-1].created_at)
        db.session.refresh(post)
    db.session.commit()
    return post.id, post_path(post)


def _weighed(what: str, url: str) -> Weight:
    plain = load.once(url, {})[2]
    return Weight(
        what, len(plain), {name: _size(*load.once(url, {"Accept-Encoding": name}), name) for name in ENCODINGS}
    )


def _size(status: int, headers: Mapping[str, str], body: bytes, name: str) -> int:
    assert status == 200, status
    return len(body if headers.get("content-encoding") == name else ENCODERS[name](body))


def _posted(app: Flask, address: str, number: int, path: str) -> Weight:
    """Weighs what htmx gets for a comment that is published at once."""
    sizes = {}
    for name in ("", *ENCODINGS):
        with app.app_context():
            code = challenges.issue(number)
            form = SAID | {"challenge": code.token, "code": challenges.digits(code.nonce)}
        headers = HTMX | ({"Accept-Encoding": name} if name else {})
        status, sent, body = load.once(f"{address}{path}comments", headers, form)
        decoded = DECODERS[sent.get("content-encoding", "")](body)
        assert b"data-posted" in decoded, decoded
        sizes[name] = _size(status, sent, body, name) if name else len(body)
    return Weight("a posted comment's answer", sizes.pop(""), sizes)


if __name__ == "__main__":
    sys.exit(main())
