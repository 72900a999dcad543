"""What was typed about a blog or a page of the site."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Regexp

from hcpov.auth.forms import Form
from hcpov.blog.models import BLOG_NAME_LENGTH, POST_TITLE_LENGTH, TAGLINE_LENGTH
from hcpov.comments.forms import at_most, cleaned, line, said
from hcpov.languages import lazy
from hcpov.text.slugs import SLUG_LENGTH
from hcpov.web.addresses import SLUG

ABOUT_LENGTH = 5_000
WRITE_FOR_US_LENGTH = 20_000
PAGE_LENGTH = 200_000
LETTERS = lazy("Use lower case letters, digits and hyphens, such as night-shift.")


class NameForm(Form):
    """A blog's name and address."""

    name = StringField(
        lazy("Name"),
        [said(lazy("Please give the blog a name.")), at_most(BLOG_NAME_LENGTH, lazy("A name"))],
        filters=[line],
    )
    slug = StringField(
        lazy("Address"),
        [
            said(lazy("Please give the blog an address.")),
            at_most(SLUG_LENGTH, lazy("An address")),
            Regexp(f"^{SLUG}$", message=LETTERS),
        ],
        filters=[line],
    )


class TextsForm(Form):
    """What a blog says of itself. `seen` marks the texts that the form was made from."""

    seen = HiddenField()
    tagline = StringField(lazy("Tagline"), [at_most(TAGLINE_LENGTH, lazy("A tagline"))], filters=[line])
    about = TextAreaField(lazy("About this Blog"), [at_most(ABOUT_LENGTH, lazy("About"))], filters=[cleaned])
    write_for_us = TextAreaField(
        lazy("Write for us"), [at_most(WRITE_FOR_US_LENGTH, lazy("This text"))], filters=[cleaned]
    )


class PageForm(Form):
    """A new page of the site."""

    title = StringField(
        lazy("Title"),
        [said(lazy("Please give the page a title.")), at_most(POST_TITLE_LENGTH, lazy("A title"))],
        filters=[line],
    )
    slug = StringField(
        lazy("Address"),
        [
            said(lazy("Please give the page an address.")),
            at_most(SLUG_LENGTH, lazy("An address")),
            Regexp(f"^{SLUG}$", message=LETTERS),
        ],
        filters=[line],
    )
    body = TextAreaField(
        lazy("Text"), [said(lazy("Please write something.")), at_most(PAGE_LENGTH, lazy("A page"))], filters=[cleaned]
    )
