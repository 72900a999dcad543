"""Parts of addresses."""

from werkzeug.routing import BaseConverter

from hcpov.text.slugs import RESERVED


class BlogSlug(BaseConverter):
    """A blog's slug: no word that is an address of ours, so that `/sign-out` is never looked up among the blogs."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED))})$)[a-z0-9]+(?:-[a-z0-9]+)*"
