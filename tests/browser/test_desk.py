"""The desk in a browser: by keys alone, by forms alone."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.browser.conftest import Open
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
