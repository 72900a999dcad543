"""A site in Spanish in Chromium: a reader comments with scripts and without, and axe-core finds nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov.config import Settings
from tests import live
from tests.browser.conftest import Open, violations
from tests.browser.test_bad_line import until
from tests.browser.test_journey import fill_in, token
from tests.forms import right_code
from tests.make import Make


@pytest.fixture(scope="module")
def site(app: Flask, settings: Settings) -> Iterator[str]:
    """The address of the real server, in Spanish."""
    with live.serving(settings, "--web-only", HCPOV_LANGUAGE="es") as address:
        yield address


def send(page: Page) -> None:
    """Presses the button that sends."""
    page.get_by_role("button", name="Publicar el comentario").last.click()


def test_a_comment_in_spanish(app: Flask, make: Make, open_page: Open, site: str) -> None:
    post = make.post("Lo que aprende una clínica", lang="es")
    page = open_page(post.path, site=site, trouble=("422",))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#talk-h")).to_have_text("0 comentarios")
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    page.locator("#leave [name=body]").fill("En nuestra planta también.")
    send(page)
    expect(page.locator("#code-error")).to_have_text("Escriba las cifras de la imagen, por favor.")
    assert violations(page) == []
    page.locator("#code").fill(right_code(app, token(page)))
    send(page)
    expect(page.locator("#leave [data-posted]")).to_contain_text("Su comentario está publicado.")
    expect(page.locator("#talk-h")).to_have_text("1 comentario")
    expect(page.locator(".comment.mine .badge")).to_have_text("Recién publicado")


def test_a_draft_is_there_again_in_spanish(make: Make, open_page: Open, site: str) -> None:
    page = open_page(make.post().path, site=site)
    page.locator("#leave").scroll_into_view_if_needed()
    page.locator("#leave [name=body]").fill("Medio comentario.")
    expect(page.get_by_label("Conservar mi borrador un día en este dispositivo.")).to_be_visible()
    until(page, "sessionStorage.length === 1")
    page.reload()
    expect(page.locator("#leave [data-say]")).to_have_text("Su borrador está de nuevo aquí.")


def test_a_comment_in_spanish_without_scripts(make: Make, open_page: Open, site: str) -> None:
    page = open_page(make.post().path, scripts=False, site=site, trouble=("422",))
    fill_in(page)
    page.locator("#leave [name=body]").fill("Sin scripts.")
    send(page)
    expect(page.locator("#leave [role=alert]").first).to_contain_text("Falta un paso")
    expect(page.locator("#code-box img")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "{post}", "/sign-in", "/join", "/pages/privacy/"])
def test_axe_finds_nothing_in_spanish(make: Make, open_page: Open, site: str, path: str) -> None:
    post = make.post("ماذا تتعلم العيادة", lang="ar", summary="خلاصة", body="كلام.\n\n> اقتباس.")
    make.comment(post)
    page = open_page(path.format(post=post.path), site=site)
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_post_from_right_to_left_scrolls_not_sideways(make: Make, open_page: Open, width: int) -> None:
    body = "## فصل\n\nكلام.\n\n> اقتباس.\n\n- كلام\n\n| اليوم | العدد |\n|---|---|\n| الأحد | 3 |"  # noqa: RUF001
    page = open_page(make.post("ماذا تتعلم العيادة", lang="ar", body=body).path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.documentElement.dir = 'rtl'")  # as on a site of that direction
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    quotation = page.locator(".prose blockquote")
    sides = quotation.evaluate(
        "(each) => [getComputedStyle(each).borderRightWidth, getComputedStyle(each).borderLeftWidth]"
    )
    assert sides == ["3px", "0px"]
