"""Chromium, as readers have it.

The CDN's address is answered from the npm package of that very version, so that the browser's integrity check is really
made.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from hcpov import config

CACHE = config.ROOT / ".cache"
AXE = CACHE / "axe" / "package" / "axe.min.js"
HTMX = CACHE / "htmx" / "package" / "dist" / "htmx.min.js"
# What is out of sight has no place of its own yet: axe-core would take it to lie over what comes behind it.
IN_SIGHT = """() => { for (const each of document.querySelectorAll("*"))
    if (getComputedStyle(each).contentVisibility === "auto") each.style.contentVisibility = "visible" }"""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

STIR = 'addEventListener("DOMContentLoaded", () => dispatchEvent(new Event("pointermove")))'

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. A machine without it, or without the npm package, skips; in CI that is a failure."""
    program = shutil.which("chromium")
    missing = "Chromium" if not program else "htmx from npm (`make test` fetches it)" if not HTMX.exists() else ""
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"browser tests need {missing}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a page of the server: `open_page(path, scripts=True, cdn="npm"|"blocked"|"tampered", width=1280, …)`.

    Somebody `stirs` as soon as it is there, so that htmx comes; Chromium counts it to what the page waits for.

    Each page is photographed at the end. Anything the browser complained of fails the test, but for the `trouble` that
    a test makes on purpose. `site` is the server by another of its names.
    """
    contexts: list[BrowserContext] = []
    pages: list[tuple[Page, list[str], bool]] = []

    def opened(
        path: str,
        scripts: bool = True,
        cdn: str = "npm",
        width: int = 1280,
        scheme: str = "light",
        trouble: tuple[str, ...] = (),
        site: str = "",
        stirs: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=site or server,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        context.route(re.compile("^https://"), _cdn(cdn))
        if stirs:
            context.add_init_script(STIR)
        page = context.new_page()
        page.set_default_timeout(10_000)
        complaints: list[str] = []

        def note(text: str) -> None:
            if not any(part in text for part in trouble):
                complaints.append(text)

        page.on("console", lambda said: note(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append((page, complaints, cdn == "npm"))
        page.goto(path)
        return page

    yield opened
    shots = CACHE / "shots"
    shots.mkdir(parents=True, exist_ok=True)
    for number, (page, _, _) in enumerate(pages):
        page.screenshot(path=shots / f"{request.node.name}-{number}.png", full_page=True)
    said = [text for _, complaints, strict in pages if strict for text in complaints if not _expected(text)]
    for context in contexts:
        context.close()
    assert said == []


def violations(page: Page, *rules: str) -> list[str]:
    """Returns what axe-core finds against WCAG 2.2 A and AA and good practice, with the elements; or some rules do."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(IN_SIGHT)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = page.evaluate("how => axe.run(document, how)", {"resultTypes": ["violations"]} | only)
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def _expected(text: str) -> bool:
    """A 422 is how a form says what is missing; Chromium calls every such answer an error."""
    return "the server responded with a status of 422" in text


def _cdn(how: str) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        if how == "blocked" or route.request.url != config.HTMX_URL:
            route.abort()
            return
        body = HTMX.read_bytes() + (b"\n// changed on the way" if how == "tampered" else b"")
        headers = {"access-control-allow-origin": "*", "content-type": "text/javascript"}
        route.fulfill(body=body, headers=headers)

    return answer
