"""The desk's pictures: sending one, saying what it shows."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from hcpov.desk.pictures import answers, policy
from hcpov.desk.pictures.answers import PICTURES, adder_here
from hcpov.desk.pictures.forms import AltForm
from hcpov.extensions import db, limiter
from hcpov.languages import lazy
from hcpov.media import actions, intake, queries
from hcpov.media.buckets import Unreachable
from hcpov.media.models import Picture
from hcpov.text.plain import one_line
from hcpov.web import errors, htmx
from hcpov.web.redirects import see_other

blueprint = Blueprint("pictures", __name__)

LIMIT = "30/minute"
FIELDS = 64 * 1024  # bytes of a request besides the picture
AWAY = lazy("Pictures cannot be kept just now. Your text is safe; try again in a minute.")


@blueprint.url_value_preprocessor
def _widen(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Lets a picture be larger than any other form. It must be said before anything reads the form."""
    if endpoint == "pictures.add" and request.method == "POST":
        request.max_content_length = intake.BYTES + FIELDS


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> Response:
    """Answers a picture that is larger than a request may be; nothing of it was read."""
    errors.drain()
    return answers.said(intake.TOO_MANY_BYTES, 413) if htmx.wanted() else errors.page(error, intake.TOO_MANY_BYTES)


@blueprint.get(PICTURES)
def listing() -> Response:
    """The pictures so far, and the form for another."""
    return answers.listing(adder_here())


@blueprint.post(PICTURES)
@limiter.limit(LIMIT)
def add() -> Response:
    """Takes a picture in. The editor's script gets the Markdown to insert, the plain form the page with it."""
    writer, form = adder_here(), AltForm()
    file = request.files.get("picture")
    if not form.validate():
        return answers.refused(writer, form.alt.errors[0], 422, form)
    name = one_line(file.filename or "") if file else ""
    try:
        added = actions.take_in(file.read() if file else b"", name, form.alt.data or "", writer.account_id)
    except intake.TooManyBytes as refusal:
        return answers.refused(writer, str(refusal), 413, form)
    except intake.WrongKind as refusal:
        return answers.refused(writer, str(refusal), 415, form)
    except intake.Refused as refusal:
        return answers.refused(writer, str(refusal), 422, form)
    except Unreachable:
        return answers.refused(writer, AWAY, 503, form)
    if htmx.wanted():
        return answers.said(added.markdown, 201)
    # One that was here before may be many pages down: the list then begins with it.
    return see_other(f"{PICTURES}#p-{added.id}" if added.is_new else f"{PICTURES}?before={added.id + 1}#p-{added.id}")


@blueprint.get(f"{PICTURES}/<int(max=999999999):number>")
def one(number: int) -> Response:
    """One picture, and where it is used."""
    writer = adder_here()
    return answers.one(writer, queries.one(number) or abort(404))


@blueprint.post(f"{PICTURES}/<int(max=999999999):number>")
def describe(number: int) -> Response:
    """Says what a picture shows."""
    writer, form = adder_here(), AltForm()
    picture = db.session.get(Picture, number) or abort(404)
    if not policy.may_describe(writer, picture.account_id):
        abort(403)
    good = form.validate()
    if good:
        actions.describe(picture, form.alt.data or "")
    if good and not htmx.wanted():
        return see_other(f"{PICTURES}/{number}")
    row = queries.one(number) or abort(404)
    shown, status = (None, 200) if good else (form, 422)
    return (answers.described if htmx.wanted() else answers.one)(writer, row, status, shown)
