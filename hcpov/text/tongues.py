"""Languages by their tags (BCP 47, RFC 5646), as far as CLDR knows them."""

from functools import cache

from babel import Locale, UnknownLocaleError

TAG_LENGTH = 35  # what RFC 5646 4.4.1 asks room for
# What professionals write to each other in most, for a list to choose from. Any other that is known can be typed.
COMMON = (
    "en",
    "es",
    "fr",
    "pt",
    "de",
    "it",
    "nl",
    "pl",
    "ru",
    "uk",
    "tr",
    "ar",
    "he",
    "fa",
    "ur",
    "hi",
    "zh",
    "ja",
    "ko",
)


def known(text: str) -> str:
    """Returns the tag that a text means, such as `pt-BR` for `pt_br`; "" for what is none that is known."""
    text = text.strip().replace("_", "-")
    if not text or len(text) > TAG_LENGTH or not text.isascii():
        return ""
    try:
        found = str(Locale.parse(text, sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError):
        return ""
    return "" if found == "root" else found  # CLDR's name for what all languages have in common


@cache
def direction(tag: str) -> str:
    """Returns `ltr` or `rtl`; `ltr` for a tag that nobody knows, such as one from an altered export."""
    return Locale.parse(tag, sep="-").text_direction if known(tag) else "ltr"


def choices() -> list[tuple[str, str]]:
    """Returns the languages of the list with what they call themselves."""
    return [(tag, own_name(tag)) for tag in COMMON]


@cache
def own_name(tag: str) -> str:
    """Returns what a language calls itself, such as `español`."""
    return Locale.parse(tag, sep="-").get_display_name() or tag
