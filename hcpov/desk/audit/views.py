"""The audit log at the desk, for admins only."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request, stream_with_context
from werkzeug.wrappers import Response as AnyResponse

from hcpov.audit import queries as records
from hcpov.audit.queries import Filter
from hcpov.desk import answers
from hcpov.desk.audit import queries
from hcpov.desk.audit.forms import FilterForm
from hcpov.desk.writers import admin_here
from hcpov.languages import gettext
from hcpov.web.paging import row_number

blueprint = Blueprint("audit", __name__)

FORMATS = {"csv": (records.as_csv, "text/csv"), "json": (records.as_json, "application/json")}


@blueprint.get("/desk/audit")
def log() -> AnyResponse:
    """Who did what to what, when and why."""
    keeper, before, form = admin_here(), row_number("before"), FilterForm(request.args)
    good = form.validate()
    listing = records.page(before, _filter(form)) if good else records.AuditPage([], None)
    asked = urlencode({field.name: field.data for field in form if field.data})
    context = {"listing": listing, "names": queries.names(listing.accounts), "kinds": records.kinds()}
    status = 200 if good else 422
    return answers.page("desk/audit/log.html", keeper, status, form=form, asked=asked, before=before, **context)


@blueprint.get("/desk/audit.<any(csv, json):form>")
def export(form: str) -> AnyResponse:
    """The log as a file, with the same filters."""
    admin_here()
    asked = FilterForm(request.args)
    if not asked.validate():
        return Response(gettext("A day is written as 2026-11-22.\n"), 422, mimetype="text/plain")
    write, mimetype = FORMATS[form]
    answer = Response(stream_with_context(write(_filter(asked))), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return answer


def _filter(form: FilterForm) -> Filter:
    """Returns what was asked for. One query when somebody is named."""
    who = queries.accounts_named(form.who.data) if form.who.data else None
    return Filter(who, form.what.data or "", form.about.data or "", form.begins, form.ends)
