"""Parts of addresses."""

from werkzeug.routing import BaseConverter

from hcpov.text.slugs import RESERVED

SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"


class Slug(BaseConverter):
    """A slug as `text.slugs` makes them; anything else is 404 before a question is asked of the database."""

    regex = SLUG


class BlogSlug(BaseConverter):
    """A blog's slug: no word that is an address of ours, so that `/sign-out` is never looked up among the blogs."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED))})$){SLUG}"
