"""Each component of the pages, for who works at the desk and for who changes how they look."""

from flask import Blueprint
from markupsafe import escape
from werkzeug.wrappers import Response

from hcpov import clock, languages
from hcpov.blog.notices import NoticeRow
from hcpov.comments.threads import CommentRow
from hcpov.desk import answers
from hcpov.desk.settling import keeper_here
from hcpov.desk.style.forms import SampleForm
from hcpov.languages import gettext
from hcpov.text import dates

blueprint = Blueprint("style", __name__)


@blueprint.get("/desk/style")
def look() -> Response:
    """Shows every component with words of its own: nothing of the site is on it. No query but any desk page's."""
    keeper = keeper_here()
    form = SampleForm(formdata=None, name="Ada Reader")
    form.email.errors = (gettext("Please give your e-mail address."),)
    thread = [_comment(1, False), _comment(3, False)]
    thread[0].replies.append(_comment(2, True))
    moment = languages.long_moment(clock.now())
    reason = gettext("The ward has fourteen beds, not twelve.")
    notice = NoticeRow(1, "correction", gettext("Correction"), reason, moment, dates.machine(clock.now()), True)
    return answers.page("desk/style/style.html", keeper, form=form, thread=thread, notice=notice, moment=moment)


def _comment(number: int, is_reply: bool) -> CommentRow:
    said = gettext("We did the same on our ward, and kept the card.")
    return CommentRow(
        id=number,
        name="Ada Reader",
        title=gettext("Pharmacist"),
        place="Galway",
        initials="AR",
        html=f"<p>{escape(said)}</p>",
        disclosure="",
        said=languages.long_moment(clock.now()),
        said_machine=dates.machine(clock.now()),
        said_on=clock.now().date().isoformat(),
        by_author=is_reply,
        is_reply=is_reply,
        account_id=None,
        receipt="",
        stub="",
        edited="",
    )
