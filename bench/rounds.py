"""Comments over a line that loses answers: as many comments as were written, no more, no less.

`.venv/bin/python -m bench.rounds [ROUNDS]` runs the real server and Chromium with the page's own script, and drops the
answer to a sent comment with probability 0.3, half of the time after the server stored it. Prints a table and a JSON
line.
Needs what `make test` needs. Loopback only; ends by itself.
"""

import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Route, expect, sync_playwright

from hcpov import config
from hcpov.app import create_app
from hcpov.comments.models import Comment
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from tests.browser.conftest import FLAGS, HTMX
from tests.forms import right_code
from tests.live import serving
from tests.make import Make

LOST = 0.3


def main(rounds: int) -> None:
    """Writes `rounds` comments and counts what is stored."""
    chance, lost, started = random.Random(20261122), 0, time.monotonic()  # the same each time

    def line(route: Route) -> None:
        nonlocal lost
        if chance.random() >= LOST:
            route.continue_()
            return
        lost += 1
        if chance.random() < 0.5:
            route.fetch()
        route.abort("connectionreset")

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder), secret_key="r" * 40, rate_limits="off")
        app = create_app(settings)
        with app.app_context():
            upgrade()
        post = Make(app).post("Rounds")
        with serving(settings) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(base_url=address)
            page.route(
                config.HTMX_URL, lambda route: route.fulfill(path=HTMX, headers={"access-control-allow-origin": "*"})
            )
            page.route("**/comments", line)
            for number in range(rounds):
                page.goto(post.path)
                page.locator("#leave").scroll_into_view_if_needed()
                expect(page.locator("#code-box img")).to_be_visible()
                for name, words in {"name": "Ada", "title": "RN", "place": "Leeds", "body": f"Round {number}."}.items():
                    page.locator(f"#leave [name={name}]").fill(words)
                token = page.locator("#leave input[name=challenge]").get_attribute("value") or ""
                page.locator("#code").fill(right_code(app, token))
                page.get_by_role("button", name="Post comment").click()
                expect(page.locator("#leave [data-posted]")).to_be_visible(
                    timeout=300_000
                )  # six losses in a row take two minutes
            browser.close()
        with app.app_context():
            bodies = list(db.session.scalars(db.select(Comment.body)))
    stored, different = len(bodies), len(set(bodies))
    seconds = round(time.monotonic() - started)
    print(f"{'written':>10}{'lost answers':>15}{'stored':>10}{'different':>12}{'seconds':>10}")
    print(f"{rounds:>10}{lost:>15}{stored:>10}{different:>12}{seconds:>10}")
    print(json.dumps({"written": rounds, "lost": lost, "stored": stored, "different": different, "seconds": seconds}))
    sys.exit(0 if stored == different == rounds else 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
