"""Who is at the desk's pictures, and what they are answered."""

from flask import Response, abort
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from hcpov.auth.models import ADMIN, MODERATOR
from hcpov.blog.policy import Writer
from hcpov.desk import answers
from hcpov.desk.pictures import policy, queries
from hcpov.desk.pictures.forms import AltForm
from hcpov.desk.policy import Keeper
from hcpov.desk.writers import writer_here
from hcpov.media import queries as media
from hcpov.media.queries import PictureRow
from hcpov.web import htmx
from hcpov.web.paging import row_number

PICTURES = "/desk/pictures"


def adder_here() -> Writer:
    """Returns who writes here and so may add pictures; nobody else gets in. No query."""
    writer = writer_here()
    if not policy.may_add(writer):
        abort(403)
    return writer


def listing(writer: Writer, status: int = 200, problem: str = "", form: AltForm | None = None) -> AnyResponse:
    """Answers with the pictures so far and the form for another. Two queries more than any page of the desk."""
    before = row_number("before")
    page = media.page(before)
    return answers.page(
        "desk/pictures/pictures.html",
        _keeper(writer),
        status,
        items=[_item(writer, row) for row in page.rows],
        uses=queries.uses(page.rows),
        older=page.before,
        before=before,
        problem=problem,
        form=form or AltForm(formdata=None),
    )


def one(writer: Writer, row: PictureRow, status: int = 200, form: AltForm | None = None) -> AnyResponse:
    """Answers with one picture and where it is used. One query more than any page of the desk, and the picture's."""
    return answers.page(
        "desk/pictures/one.html",
        _keeper(writer),
        status,
        item=_item(writer, row),
        used_in=queries.used_in(row),
        wrong=form,
    )


def described(writer: Writer, row: PictureRow, status: int = 200, form: AltForm | None = None) -> AnyResponse:
    """Answers htmx with one picture of the list, its words saved or not. One query."""
    context = {"item": _item(writer, row), "uses": queries.uses([row]), "wrong": form, "saved": status == 200}
    return answers.fragment("desk/pictures/_picture.html", status, **context)


def refused(writer: Writer, words: str, status: int, form: AltForm | None = None) -> AnyResponse:
    """Answers why a picture was not taken: in plain words to the editor's script, else in the page beside the field."""
    if htmx.wanted():
        return said(words, status)
    return listing(writer, status, "" if form and form.errors else words, form)


def said(words: str, status: int) -> AnyResponse:
    """Answers in plain words, which a script can show as they are."""
    return Response(words, status, mimetype="text/plain")


def _item(writer: Writer, row: PictureRow) -> tuple[PictureRow, bool]:
    return row, policy.may_describe(writer, row.owner_id)


def _keeper(writer: Writer) -> Keeper:
    """Returns a writer as the desk's frame sees them: authors look at no comments."""
    roles = {role.name for role in current_user.roles}
    return Keeper(writer.account_id, bool(roles & {ADMIN, MODERATOR}), writer.everywhere, writer.edits)
