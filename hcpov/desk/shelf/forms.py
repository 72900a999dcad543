"""What was typed about a blog or a page of the site."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Regexp

from hcpov.auth.forms import Form
from hcpov.blog.models import BLOG_NAME_LENGTH, POST_TITLE_LENGTH, TAGLINE_LENGTH
from hcpov.comments.forms import at_most, cleaned, line, said
from hcpov.text.slugs import SLUG_LENGTH
from hcpov.web.addresses import SLUG

ABOUT_LENGTH = 5_000
WRITE_FOR_US_LENGTH = 20_000
PAGE_LENGTH = 200_000
LETTERS = "Use lower case letters, digits and hyphens, such as night-shift."


class NameForm(Form):
    """A blog's name and address."""

    name = StringField(
        "Name", [said("Please give the blog a name."), at_most(BLOG_NAME_LENGTH, "A name")], filters=[line]
    )
    slug = StringField(
        "Address",
        [
            said("Please give the blog an address."),
            at_most(SLUG_LENGTH, "An address"),
            Regexp(f"^{SLUG}$", message=LETTERS),
        ],
        filters=[line],
    )


class TextsForm(Form):
    """What a blog says of itself. `seen` marks the texts that the form was made from."""

    seen = HiddenField()
    tagline = StringField("Tagline", [at_most(TAGLINE_LENGTH, "A tagline")], filters=[line])
    about = TextAreaField("About this Blog", [at_most(ABOUT_LENGTH, "About")], filters=[cleaned])
    write_for_us = TextAreaField("Write for us", [at_most(WRITE_FOR_US_LENGTH, "This text")], filters=[cleaned])


class PageForm(Form):
    """A new page of the site."""

    title = StringField(
        "Title", [said("Please give the page a title."), at_most(POST_TITLE_LENGTH, "A title")], filters=[line]
    )
    slug = StringField(
        "Address",
        [
            said("Please give the page an address."),
            at_most(SLUG_LENGTH, "An address"),
            Regexp(f"^{SLUG}$", message=LETTERS),
        ],
        filters=[line],
    )
    body = TextAreaField("Text", [said("Please write something."), at_most(PAGE_LENGTH, "A page")], filters=[cleaned])
