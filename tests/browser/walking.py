"""Going through a page by keys alone, and looking at each stop whether the focus is seen."""

from playwright.sync_api import Locator, Page, expect

STOPS = 80
# What a reader sees of the focus: a ring, on the screen, with nothing over it.
SEEN = """() => {
  const at = document.activeElement, style = getComputedStyle(at), label = at.labels && at.labels[0];
  const box = at.getClientRects()[0] || at.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)];
  const top = document.elementFromPoint(Math.max(0, x), Math.min(innerHeight - 1, Math.max(0, y)));
  const free = top && (at.contains(top) || top.contains(at) || (label && label.contains(top)));
  return ring && inside && free ? "" : `${at.outerHTML.slice(0, 120)} ring ${ring}, inside ${inside}, free ${free}`;
}"""


def walk(page: Page, to: Locator) -> None:
    """Presses Tab until the focus is there. At every stop it must be seen."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        unseen = page.evaluate(SEEN)
        assert not unseen, unseen
        if to.evaluate("each => each === document.activeElement"):
            return
    expect(to).to_be_focused()


def press(page: Page, to: Locator) -> None:
    """Goes there and presses Enter."""
    walk(page, to)
    page.keyboard.press("Enter")
