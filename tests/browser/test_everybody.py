"""Every kind of page, for everybody: axe-core at 320 in light and 1280 in dark, large text, forced colours.

The kinds are taken from the addresses themselves, so that a new page is seen without anybody remembering it.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Response, Route

from tests.browser.conftest import AXE, violations
from tests.browser.filled import Filled, fill
from tests.house.routes import PRIVATE, PUBLIC
from tests.house.test_pages import NOT_PAGES
from tests.make import PASSWORD, MadeAccount, Make

OTHERS = {
    "account.new_email": "opens with a token only, and looks as its neighbours do",
    "auth.confirm_email": "as above",
    "auth.reset_password": "as above",
    "audit.export": "a file",
    "posts.tags": "a fragment",
    "auth.two_factor_token_validation": "between two steps of signing in: test_second_factor.py",
    "auth.two_factor_rescue": "as above",
    "auth.mf_recovery": "as above",
    "auth.tf_select": "as above",
    "auth.mf_recovery_codes": "with a second factor only: test_second_factor.py",
    "auth.wan_delete": "with a passkey only: test_passkeys.py",
    "auth.wan_verify": "as above",
    "auth.wan_signin": "leads on",
}
TOKENS = {"comments.receipt", "data.held", "posts.shared", "updates.wishes"}
PAGES = {
    name
    for name, methods in (PUBLIC | PRIVATE).items()
    if "GET" in methods.split() and name not in OTHERS and (name not in NOT_PAGES or name in TOKENS)
}
MEMBERS = {name for name in PRIVATE if name.partition(".")[0] in {"account", "auth", "data", "profiles", "updates"}}
STATES = ["/search?q=hand-off", "/search?q=nothing-of-it", "/search?q=%22", "/updates?email=x", "/pages/privacy/"]
STATES += ["/pages/accessibility/", "/pages/comment-policy/", "/sign-in?next=/desk/"]
DESKS = ["/desk/mail?which=given-up", "/desk/posts/{id}", "/desk/members?q=nobody"]
# What a wider page in other colours can break; all other rules ask for what the first look has seen.
OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
# What hides more than it shows, other than on purpose.
CUT = """[...document.querySelectorAll('body :not(input, textarea, select)')].filter(each => {
  const style = getComputedStyle(each)
  return each.scrollWidth > each.clientWidth + 2 && each.clientWidth > 1 && !each.closest('.away, .skip, .scroll')
    && (style.overflowX === 'hidden' || style.overflowX === 'clip') && style.clipPath === 'none'
}).map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture
def filled(app: Flask, make: Make) -> Filled:
    """A site with something of everything."""
    return fill(app, make)


@pytest.fixture
def seen(chromium: Browser, server: str) -> Iterator[Page]:
    """One page of a browser that goes everywhere."""
    context = chromium.new_context(base_url=server, viewport={"width": 320, "height": 800})
    context.add_init_script(AXE.read_text(encoding="utf-8"))
    context.route("https://**", lambda route: route.abort())
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def sign_in(page: Page, account: MadeAccount) -> None:
    """Signs in."""
    page.goto("/sign-in")
    page.locator("#email").fill(account.email)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def barriers(page: Page, where: str) -> list[str]:
    """Returns what shuts somebody out of the page that is open: narrow, dark, with large text, in forced colours."""
    found = []
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    for width, scheme, rules in ((320, "light", ()), (1280, "dark", OF_LOOKS)):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found += [f"{where} {width} {scheme}: {each}" for each in violations(page, *rules)]
        found += _sideways(page, f"{where} {width}", width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += _sideways(page, f"{where} 200 %", 1280)
    found += [f"{where} 200 % cuts: {each}" for each in page.evaluate(CUT)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def _sideways(page: Page, where: str, width: int) -> list[str]:
    found = page.evaluate("document.documentElement.scrollWidth")
    return [f"{where}: is {found} wide"] if found > width else []


def tour(page: Page, filled: Filled, endpoints: set[str], paths: list[str]) -> list[str]:
    """Opens pages one after the other; returns the barriers in them."""
    found = []
    for where in [*sorted(filled.path(each) for each in endpoints), *paths]:
        answer = page.goto(where)
        assert isinstance(answer, Response)
        if answer.status != 200 or ("sign-in" in page.url and "sign-in" not in where):
            found.append(f"{where}: {answer.status} at {page.url}")
        found += barriers(page, where)
    return found


def test_pages_of_strangers(filled: Filled, seen: Page) -> None:
    found = tour(seen, filled, PAGES - PRIVATE.keys(), [*STATES, filled.closed.path])
    assert found == [], "\n".join(found)


def test_pages_of_members(filled: Filled, seen: Page) -> None:
    sign_in(seen, filled.member)
    found = tour(seen, filled, PAGES & MEMBERS, [filled.post.path, "/"])
    assert found == [], "\n".join(found)


def test_pages_of_the_desk(filled: Filled, seen: Page) -> None:
    sign_in(seen, filled.admin)
    found = tour(seen, filled, PAGES & PRIVATE.keys() - MEMBERS, [path.format(id=filled.post.id) for path in DESKS])
    assert found == [], "\n".join(found)


def test_pages_of_an_empty_desk(make: Make, seen: Page) -> None:
    sign_in(seen, make.account(roles=("moderator", "admin")))
    found = []
    for path in ("/desk/", "/desk/held", "/desk/posts", "/desk/credentials", "/desk/mail", "/desk/pictures", "/"):
        seen.goto(path)
        found += barriers(seen, path)
    assert found == [], "\n".join(found)


def errors(app: Flask, client: FlaskClient, filled: Filled, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Returns the page of each error, as the application answers it."""

    def failing(status: int) -> Callable[[], None]:
        return lambda: abort(status)

    post = filled.post.comments
    words = {"name": "Ada", "title": "Pharmacist", "body": "Half an hour of *words*.\n\nAnd more of them."}
    answers = {
        "403": client.post(post, headers={"Origin": "https://elsewhere.example"}),
        "404": client.get("/no-such-page/"),
        "405": client.get(post),
        "410": client.get(filled.gone.path),
        "413": client.post(post, data={"body": "a" * 2 * 1024 * 1024}),
        "422": client.post(post, data={"body": ""}),
        "200-join": client.post("/join", data={"email": "nobody"}),
        "422-updates": client.post("/updates", data={"email": "nobody"}),
        "200-sign-in": client.post("/sign-in", data={"email": "reader@example.org", "password": "wrong"}),
    }
    for status in (429, 500, 503):
        monkeypatch.setitem(app.view_functions, "blog.blogs", failing(status))
        answers[str(status)] = client.get("/blogs/")
    monkeypatch.setitem(app.view_functions, "comments.leave", lambda **_values: abort(503))
    answers["503-kept"] = client.post(post, data=words)
    for name, answer in answers.items():
        assert answer.status_code == int(name[:3]), name
    return {name: answer.data for name, answer in answers.items()}


def test_pages_of_errors(
    app: Flask, client: FlaskClient, filled: Filled, seen: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, found = errors(app, client, filled, monkeypatch), []

    def answer(route: Route) -> None:
        route.fulfill(body=pages[route.request.url.rpartition("/")[2]], content_type="text/html")

    seen.route("**/error/*", answer)
    for name in pages:
        seen.goto(f"/error/{name}")
        found += barriers(seen, name)
    assert found == [], "\n".join(found)


def test_forced_colours_leave_everything_to_be_seen(filled: Filled, seen: Page) -> None:
    sign_in(seen, filled.admin)
    found = []
    seen.emulate_media(forced_colors="active")
    for path in ("/", filled.post.path, "/search?q=hand-off", "/account/", "/desk/held", "/desk/posts", "/join"):
        seen.goto(path)
        # Contrast is the reader's own here; axe-core measures the colours of the page, which nobody sees.
        found += [f"{path}: {each}" for each in violations(seen) if not each.startswith("color-contrast")]
        # What is a button or a field has an edge where colours and shadows are taken away.
        found += seen.evaluate(
            "path => [...document.querySelectorAll('main .button, main input:not([type=hidden], [type=checkbox],"
            " [type=radio]), main textarea, main select')].filter(each => each.checkVisibility()"
            " && getComputedStyle(each).borderTopStyle === 'none' && !each.closest('.trap'))"
            ".map(each => `${path}: no edge on ${each.outerHTML.slice(0, 90)}`)",
            path,
        )
    assert found == [], "\n".join(found)
