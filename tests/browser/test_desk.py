"""The desk in a browser: by keys alone, by forms alone."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.browser.conftest import Open, violations
from tests.make import PASSWORD, MadeAccount, MadePost, Make

BODY = "We had one last week, DOB 4/12/1961, where the card would have caught the allergy."


@pytest.fixture
def editor(make: Make) -> MadeAccount:
    """Who works at the desk."""
    return make.account("Mo Derator", roles=("moderator",))


@pytest.fixture
def held(make: Make) -> list[int]:
    """Comments that wait."""
    post: MadePost = make.post("The hand-off that fits on a card")
    root = make.comment(post, "Which card do you mean, the blue one?", name="Ben Root")
    why = ["may identify a patient: a date in someone's care or life", "the first comment by this address"]
    return [
        make.comment(post, BODY, parent=root, state=State.HELD, reasons=why, disclosure="I sell cards."),
        make.comment(post, "Great article! Visit us.", name="best-rates", state=State.HELD, reasons=["4 links"]),
        make.comment(
            post,
            "I disagree, and politely.",
            name="Cyn Third",
            state=State.HELD,
            reasons=["this blog checks every comment"],
        ),
        make.comment(
            post, "One more thought.", name="Di Fourth", state=State.HELD, reasons=["this blog checks every comment"]
        ),
    ]


def at_desk(open_page: Open, editor: MadeAccount, path: str = "/desk/held", **how: object) -> Page:
    """Opens a page of the desk, signed in."""
    page = open_page("/sign-in", **how)
    page.locator("#email").fill(editor.email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(path)
    return page


def test_a_second_press_does_nothing(app: Flask, open_page: Open, editor: MadeAccount, held: list[int]) -> None:
    page = at_desk(open_page, editor)
    page.locator(f"#held-{held[0]}").get_by_role("button", name="Publish", exact=True).dblclick()
    expect(page.locator("#waits")).to_have_text("3")
    expect(page.locator(f"#held-{held[0]}")).to_contain_text("Published.")
    page.locator(f"#held-{held[1]}").focus()
    sent: list[Route] = []
    # Answered once both are pressed, for then the focus is with the next one.
    page.route("**/desk/held/*", lambda route: sent.append(route))
    with page.expect_request("**/desk/held/*"):
        page.keyboard.press("s")
    page.keyboard.press("s")
    for each in sent:
        each.continue_()
    expect(page.locator("#waits")).to_have_text("2")
    expect(page.locator(f"#held-{held[1]}")).to_contain_text("Set aside as spam.")
    assert states(app, held) == [State.PUBLISHED, State.SPAM, State.HELD, State.HELD]


def test_a_press_counts_again_after_an_error(app: Flask, open_page: Open, editor: MadeAccount, held: list[int]) -> None:
    page = at_desk(open_page, editor, trouble=("status of 503",))
    page.route("**/desk/held/*", lambda route: route.fulfill(status=503, body="Out of breath."), times=1)
    publish = page.locator(f"#held-{held[0]}").get_by_role("button", name="Publish", exact=True)
    publish.click()
    expect(page.locator(f"#problem-{held[0]}")).to_contain_text("Out of breath.")
    publish.click()
    expect(page.locator(f"#held-{held[0]}")).to_contain_text("Published.")
    assert states(app, held)[0] == State.PUBLISHED


def states(app: Flask, numbers: list[int]) -> list[str]:
    """Returns where the comments stand."""
    with app.app_context():
        return [db.session.get_one(Comment, number).state for number in numbers]


def test_keys_alone_settle_three_and_undo_one(
    app: Flask, open_page: Open, editor: MadeAccount, held: list[int]
) -> None:
    page = at_desk(open_page, editor)
    expect(page.locator("[data-keys]")).to_be_visible()
    page.keyboard.press("p")  # nothing is chosen yet
    page.keyboard.press("j")
    expect(page.locator(f"#held-{held[0]}")).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator(f"#body-{held[0]}")).to_be_focused()
    page.keyboard.type("psx ")  # letters in a field are letters
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#held-{held[0]}")).to_contain_text("Published with your changes.")
    expect(page.locator("#waits")).to_have_text("3")
    expect(page.locator(f"#held-{held[1]}")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator(f"#held-{held[1]}")).to_contain_text("Set aside as spam.")
    expect(page.locator(f"#held-{held[2]}")).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("Please say why.")
    page.keyboard.press("Enter")
    expect(page.locator(f"#held-{held[2]}")).to_contain_text("Returned to its writer.")
    expect(page.locator(f"#held-{held[3]}")).to_be_focused()
    assert states(app, held) == [State.PUBLISHED, State.SPAM, State.RETURNED, State.HELD]
    page.keyboard.press("u")
    expect(page.locator(f"#held-{held[2]}")).to_be_focused()
    expect(page.locator("#waits")).to_have_text("2")
    assert states(app, held) == [State.PUBLISHED, State.SPAM, State.HELD, State.HELD]
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(f"#held-{held[3]}")).to_contain_text("Removed.")
    assert states(app, held) == [State.PUBLISHED, State.SPAM, State.HELD, State.REMOVED]


def test_keys_can_be_turned_off(app: Flask, open_page: Open, editor: MadeAccount, held: list[int]) -> None:
    page = at_desk(open_page, editor)
    page.locator("#keys-on").uncheck()
    page.reload()
    page.locator(f"#held-{held[0]}").focus()
    page.keyboard.press("p")
    page.keyboard.press("x")
    expect(page.locator("#waits")).to_have_text("4")
    assert states(app, held) == [State.HELD] * 4


def test_several_at_once_without_a_page_refresh(
    app: Flask, open_page: Open, editor: MadeAccount, held: list[int]
) -> None:
    page = at_desk(open_page, editor)
    page.evaluate("window.same = true")
    for number in held[:3]:
        page.locator(f"#held-{number} .tick").check()
    page.locator("#many").get_by_role("button", name="Publish").click()
    expect(page.locator("#waits")).to_have_text("1")
    expect(page.locator(".done")).to_contain_text("Earlier: 2 decisions")
    assert page.evaluate("window.same") is True
    assert states(app, held) == [State.PUBLISHED] * 3 + [State.HELD]


def test_settled_by_somebody_else_meanwhile(app: Flask, open_page: Open, editor: MadeAccount, held: list[int]) -> None:
    page = at_desk(open_page, editor, trouble=("status of 409",))
    with app.app_context():
        db.session.execute(db.update(Comment).where(Comment.id == held[0]).values(state=State.SPAM))
        db.session.commit()
    page.locator(f"#held-{held[0]}").get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(f"#held-{held[0]}")).to_contain_text("Nothing was done twice.")
    expect(page.locator("#waits")).to_have_text("3")
    assert states(app, held)[0] == State.SPAM


def test_without_scripts(app: Flask, open_page: Open, editor: MadeAccount, held: list[int]) -> None:
    page = at_desk(open_page, editor, scripts=False)
    expect(page.locator("[data-keys]")).to_be_hidden()
    page.locator(f"#held-{held[0]}").get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#waits")).to_have_text("3")
    assert states(app, held)[0] == State.PUBLISHED
    page.locator(f"#held-{held[1]} .tick").check()
    page.locator(f"#held-{held[2]} .tick").check()
    page.locator("#many").get_by_role("button", name="Spam").click()
    expect(page.locator("#waits")).to_have_text("1")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#waits")).to_have_text("2")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["desk", "held", "words", "blogs", "log"])
def test_nothing_is_wider_than_the_page(
    open_page: Open, make: Make, editor: MadeAccount, held: list[int], name: str, width: int, scheme: str
) -> None:
    path = {"desk": "/desk/", "log": "/moderation/"}.get(name, f"/desk/{name}")
    page = at_desk(open_page, editor, width=width, scheme=scheme)
    page.locator(f"#held-{held[1]}").get_by_role("button", name="Spam", exact=True).click()
    expect(page.locator(f"#held-{held[1]}")).to_contain_text("Set aside")
    if name == "held":
        page.locator(f"#held-{held[2]} summary").first.click()
        page.locator(f"#held-{held[3]} summary").last.click()
    else:
        page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def opened(page: Page, held: list[int]) -> None:
    """With every part of a comment opened."""
    for part in page.locator(f"#held-{held[0]} summary").all():
        part.click()


def refused(page: Page, held: list[int]) -> None:
    """With a reason that is not good."""
    item = page.locator(f"#held-{held[0]}")
    item.get_by_text("Return, or remove").click()
    item.locator("[name=reason]").fill("Dear Ada Reader, no.")
    item.get_by_role("button", name="Return to the writer").click()
    expect(item.locator(".error")).to_contain_text("The log is public")


def settled(page: Page, held: list[int]) -> None:
    """With one settled, and the way back."""
    page.locator(f"#held-{held[1]}").get_by_role("button", name="Spam", exact=True).click()
    expect(page.locator(f"#held-{held[1]}")).to_contain_text("Set aside")


def returned_to(page: Page, held: list[int]) -> None:
    """Opened anew after two decisions."""
    for number in held[1:3]:
        page.locator(f"#held-{number}").get_by_role("button", name="Publish", exact=True).click()
        expect(page.locator(f"#held-{number}")).to_contain_text("Published.")
    page.reload()
    page.get_by_text("Earlier: 1 decision").click()


def emptied(page: Page, held: list[int]) -> None:
    """With nothing that waits."""
    for number in held:
        page.locator(f"#held-{number} .tick").check()
    page.locator("#many").get_by_role("button", name="Spam").click()
    expect(page.locator(".queue .none")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [opened, refused, settled, returned_to, emptied])
def test_the_queue_shuts_nobody_out(
    open_page: Open,
    editor: MadeAccount,
    held: list[int],
    state: Callable[[Page, list[int]], None],
    scheme: str,
) -> None:
    page = at_desk(open_page, editor, width=390, scheme=scheme)
    state(page, held)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/desk/", "/desk/words", "/desk/blogs", "/moderation/"])
def test_the_desks_pages_shut_nobody_out(
    open_page: Open, editor: MadeAccount, held: list[int], path: str, scheme: str
) -> None:
    page = at_desk(open_page, editor, path, scheme=scheme)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_with_mistakes_shut_nobody_out(
    open_page: Open, editor: MadeAccount, held: list[int], scheme: str
) -> None:
    page = at_desk(open_page, editor, "/desk/words", scheme=scheme)
    page.locator("#words").fill("a" * 81)
    page.get_by_role("button", name="Save the list").click()
    expect(page.locator("#words-form .error")).to_be_visible()
    assert violations(page) == []
    page.goto("/desk/blogs")
    page.locator("[name=days]").first.fill("many")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".rule .error")).to_be_visible()
    assert violations(page) == []


def test_one_comment_alone_shuts_nobody_out(open_page: Open, editor: MadeAccount, held: list[int]) -> None:
    page = at_desk(open_page, editor, cdn="blocked")
    item = page.locator(f"#held-{held[0]}")
    item.get_by_text("Return, or remove").click()
    item.locator("[name=reason]").fill("Dear Ada Reader, no.")
    item.get_by_role("button", name="Return to the writer").click()
    expect(page.get_by_role("heading", name="Not settled yet")).to_be_visible()
    assert violations(page) == []
