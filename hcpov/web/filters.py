"""What templates can say."""

import re
from datetime import datetime

from babel import Locale
from babel.core import get_global
from flask import Flask
from jinja2.ext import Extension
from markupsafe import Markup

from hcpov import config, languages
from hcpov.captcha.challenges import DIGITS
from hcpov.captcha.speech import spoken
from hcpov.comments.models import BODY_LENGTH
from hcpov.pages import recording
from hcpov.web.assets import asset, readers_styles

_LONG = re.compile(r"\S{24}(?=\S)")
_INDENTS = re.compile(r"^[ \t]+", re.MULTILINE)
# Line ends between two tags of which the second begins or ends a block, where no browser shows a blank.
_BLOCKS = "article|aside|body|div|footer|form|h[1-6]|head|header|html|li|link|main|meta|nav|ol|p|script|section|ul"
_ENDS = re.compile(rf"(?<=>)\n+(?=</?(?:{_BLOCKS})\b)")


class Flush(Extension):
    """Leaves out blanks that indent a template's lines, and ends of lines: readers on slow lines would pay for them.

    What stands in people's words is not touched, and no template begins a line of a textarea with a blank.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Returns a template's source as it is compiled."""
        return _ENDS.sub("", _INDENTS.sub("", source)) if (name or "").endswith(".html") else source


def install(app: Flask) -> None:
    """Adds our filters and globals, and keeps the bytes of empty lines out of pages."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Flush)
    app.jinja_env.filters["safe_html"] = safe_html
    app.jinja_env.filters["prose"] = prose
    app.jinja_env.filters["count"] = count
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["unbroken"] = unbroken
    app.jinja_env.filters["breakable"] = breakable
    settings: config.Settings = app.config["HCPOV"]
    app.jinja_env.globals.update(
        asset=asset,
        readers_styles=readers_styles,
        site_name=settings.site_name,
        site_url=settings.site_url,
        og_locale=_with_territory(settings.locale),
        htmx_url=settings.htmx_url,
        htmx_integrity=config.HTMX_INTEGRITY,
        code_digits=DIGITS,
        code_spoken=spoken,
        body_length=BODY_LENGTH,
        hole=recording.hole,
        end_of_hole=recording.end_of_hole,
        point=recording.point,
    )


def _with_territory(locale: Locale) -> str:
    """Returns a language as Open Graph writes it, such as `en_US`: with its likeliest place."""
    likely = get_global("likely_subtags").get(locale.language, locale.language)
    return f"{locale.language}_{locale.territory or Locale.parse(likely).territory or 'US'}"


def safe_html(cleaned: str) -> Markup:
    """Marks HTML that `text.markdown` cleaned when it was written. For nothing else."""
    return Markup(cleaned)  # noqa: S704  # the one place where stored HTML enters a page


def prose(cleaned: str) -> Markup:
    """Marks a post's HTML, and lets keys reach its tables: they scroll sideways, which not every browser lets keys do.

    Not when it is written, for feeds take it as it is stored.
    """
    return safe_html(cleaned.replace("<table>", '<table tabindex="0">'))


def moment(at: datetime) -> str:
    """Returns a moment as it is in the site's time zone: `January 28, 2013 11:13 AM`."""
    return languages.long_moment(at)


def unbroken(words: str) -> str:
    """Returns words that stay on one line, such as a number and what is counted."""
    return words.replace(" ", "\u00a0")


def breakable(words: str) -> Markup:
    """Returns words of which long ones, such as addresses, can go on in the next line: for letters, without styles."""
    return Markup("<wbr>").join(_LONG.sub("\\g<0>\0", words).split("\0"))


def count(number: int, one: str, many: str = "") -> str:
    """Returns `1 comment`, `2 comments`, `1,204 comments`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
