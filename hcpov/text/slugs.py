"""Addresses made from titles."""

from slugify import slugify

SLUG_LENGTH = 120

# The first word of each address of ours, now and planned; a blog with such a name could never be reached.
RESERVED = frozenset(
    """about accessibility account admin api archive atom auth blog blogs captcha card comments contact demo desk
    export favicon feed feeds fs-static healthz help history home import join login logout mail media metrics
    moderation my-data page pages people policy post posts preview privacy readyz receipts register reset robots rss
    search security setup share sign-in sign-out signin signout sitemap sitemap-site static strip subscribe tag
    tags terms unsubscribe updates users verify well-known write-for-us www""".split()
)


def slug_for(title: str, fallback: str) -> str:
    """Returns the slug of a title: lower case, hyphens, any script made Latin; `fallback` when nothing is left."""
    return slugify(title, max_length=SLUG_LENGTH, word_boundary=True) or fallback


def numbered(slug: str, taken: set[str]) -> str:
    """Returns `slug`, or with the first free number behind it when it is in `taken`."""
    candidate, number = slug, 2
    while candidate in taken:
        candidate, number = f"{slug[: SLUG_LENGTH - 8]}-{number}", number + 1
    return candidate
