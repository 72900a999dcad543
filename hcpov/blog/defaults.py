"""The pages that every site has until somebody writes its own at the same address."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import render_template

from hcpov import config
from hcpov.blog import subjects
from hcpov.languages import lazy
from hcpov.pages.recording import show
from hcpov.text import markdown

PAGES = {
    "comment-policy": (lazy("Comment policy"), "pages/comment-policy.md"),
    "privacy": (lazy("Privacy"), "pages/privacy.md"),
    "accessibility": (lazy("Accessibility"), "pages/accessibility.md"),
}

TRANSLATED = {
    "es": {
        "comment-policy": "pages/es/comment-policy.md",
        "privacy": "pages/es/privacy.md",
        "accessibility": "pages/es/accessibility.md",
    }
}


@dataclass(frozen=True)
class DefaultPage:
    """A page as the software says it: its text is Markdown, to begin one's own with."""

    title: str
    body: str

    @property
    def html(self) -> str:
        """The text, ready to show."""
        return markdown.render_post(self.body)


def page(slug: str) -> DefaultPage | None:
    """Returns the page at an address, None for an address that has none. No query."""
    if slug not in PAGES:
        return None
    show(subjects.PAGES)
    settings, (title, english) = config.current(), PAGES[slug]
    body = render_template(
        TRANSLATED.get(settings.language, {}).get(slug, english),
        edit_minutes=settings.edit_minutes,
        script_host=urlsplit(settings.htmx_url).hostname,
        picture_hosts=settings.picture_hosts.split(),
        session_days=settings.session_days,
        idle_hours=settings.idle_hours,
        contact=settings.contact,
    )
    return DefaultPage(str(title), body.strip())
