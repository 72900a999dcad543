"""What Lighthouse says of home, a post, the same with its form open, and search: four times 100.

`.venv/bin/python -m bench.lighthouse [TIMES]`, 5 by default, serves the demo as a VPS does (`hcpov serve` behind nginx
with TLS and HTTP/2), lets Lighthouse look at each page so often in its own default mobile mode with Debian's Chromium,
prints the scores and what stands in the way of a hundred, and ends with 1 when one is missing. Of performance, which is
another figure each time, the median counts (as Lighthouse's own docs/variability.md has it), of all others the worst.
Names are led to loopback: the CDN's too, which answers with htmx from its npm package (`make test` fetches it), so that
browsers check it as they do.

Lighthouse comes from npm into `.cache`, once.
"""

import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from bench import report
from bench.data import settings_for
from bench.finished import public_key_mark
from bench.report import Budget
from hcpov.app import create_app
from hcpov.blog.models import Post
from hcpov.blog.rows import post_path
from hcpov.config import HTMX_URL, ROOT
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from hcpov.transfer.imports.actions import write_demo
from tests.browser.conftest import FLAGS, HTMX
from tests.deploy import fronts
from tests.live import free_port, serving

VERSION = "12.8.2"  # the last for Node.js 18 and 20
FOLDER = ROOT / ".cache" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
VARYING = "performance"
TRIES = 3
CDN = urlsplit(HTMX_URL)
SERVER = """
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name {name};
        ssl_certificate {folder}/fullchain.pem;
        ssl_certificate_key {folder}/privkey.pem;
        gzip on;
        gzip_types text/javascript;
        location = {path} {{
            types {{ }}
            default_type text/javascript;
            add_header Access-Control-Allow-Origin *;
            add_header Cache-Control "public, max-age=31536000, immutable";
            alias {htmx};
        }}
    }}
"""


def main(times: int = 5) -> int:
    """Measures, prints, and returns the exit code."""
    _fetch()
    looks: dict[str, list[dict[str, Any]]] = {}
    with TemporaryDirectory() as name, _site(Path(name)) as (address, chromium, pages):
        for _ in range(times):
            for what, path in pages.items():
                looks.setdefault(what, []).append(_look(address + path, chromium, Path(name, "said.json")))
    budgets, rows = [], []
    for what, said in looks.items():
        scores = {each: [100 * (one["categories"][each]["score"] or 0) for one in said] for each in CATEGORIES}
        counted = [median(scores[each]) if each == VARYING else min(scores[each]) for each in CATEGORIES]
        rows.append((what, *(f"{score:.0f}" for score in counted), " ".join(f"{one:.0f}" for one in scores[VARYING])))
        budgets += [Budget(f"{what}, {each}", score, 100) for each, score in zip(CATEGORIES, counted, strict=True)]
        for problem, number in Counter(problem for one in said for problem in _problems(one)).items():
            print(f"{what}: {problem} ({number} of {times})")
    # Lighthouse slows the processor down to a quarter, whatever it is: its own mark of it says what that comes to.
    marks = [one["environment"]["benchmarkIndex"] for each in looks.values() for one in each]
    print(f"Lighthouse {VERSION}, mobile, as it comes, {times} looks at each page.", end=" ")
    print(f"Its mark for this processor: {median(marks):,.0f}.\n")
    report.table(("", *CATEGORIES, f"{VARYING}, each"), rows)
    return report.close("lighthouse", budgets)


def _fetch() -> None:
    if (FOLDER / "node_modules" / "lighthouse").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", f"lighthouse@{VERSION}"]
    subprocess.run(command, cwd=FOLDER, check=True)


@contextmanager
def _site(folder: Path) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Runs the site; yields its address, a Chromium that finds it, and the pages by what they are."""
    settings = settings_for(folder / "site")
    with create_app(settings).app_context():
        upgrade()
        write_demo(ROOT / "hcpov" / "transfer" / "demo")
        post = db.session.scalars(db.select(Post).order_by(Post.comment_count.desc(), Post.id).limit(1)).one()
        path = post_path(post)
    cdn = free_port()
    (folder / "nginx").mkdir()
    beside = SERVER.format(port=cdn, name=CDN.hostname, path=CDN.path, folder=folder / "nginx", htmx=HTMX)
    with serving(settings, "--web-only", HCPOV_SITE_URL=f"https://{fronts.NAME}", HCPOV_PROXIES="1") as application:
        written = fronts.write_nginx(
            folder / "nginx", settings.instance / "pages", application, ROOT / "static", beside=beside
        )
        with fronts.running_nginx(written) as front:
            port = front.https.rpartition(":")[2]
            rules = f"MAP {fronts.NAME} 127.0.0.1:{port}, MAP {CDN.hostname} 127.0.0.1:{cdn}"
            pages = {"home": "/", "post": path, "post with its form open": f"{path}#leave", "search": "/search"}
            yield f"https://{fronts.NAME}", _chromium(folder / "nginx", rules), pages


def _look(address: str, chromium: Path, to: Path) -> dict[str, Any]:
    program = FOLDER / "node_modules" / ".bin" / "lighthouse"
    command = [str(program), address, "--quiet", "--output=json", f"--output-path={to}"]
    for tried in range(1, TRIES + 1):  # it asks to be run again where the browser began no trace
        done = subprocess.run(command, timeout=180, env=os.environ | {"CHROME_PATH": str(chromium)}, stderr=PIPE)
        if not done.returncode:
            break
        sys.stderr.write(done.stderr.decode())
        if b"(NO_NAVSTART)" not in done.stderr or tried == TRIES:
            raise SystemExit("Lighthouse could not look.")
    said: dict[str, Any] = json.loads(to.read_text(encoding="utf-8"))
    return said


def _chromium(folder: Path, rules: str) -> Path:
    """Writes Chromium with its flags as a program of its own: Lighthouse parts what it is told at blanks."""
    flags = [*FLAGS, f"--host-resolver-rules={rules}"]
    flags.append(f"--ignore-certificate-errors-spki-list={public_key_mark(folder)}")
    program = folder / "chromium"
    program.write_text(f'#!/bin/sh\nexec chromium {shlex.join(flags)} "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    return program


def _problems(said: dict[str, Any]) -> Iterator[str]:
    """Yields what costs a score."""
    for category in CATEGORIES:
        for each in said["categories"][category]["auditRefs"]:
            audit = said["audits"][each["id"]]
            if each["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{category}: {audit['title']} {audit.get('displayValue', '')}".rstrip()


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
