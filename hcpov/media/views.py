"""The files of pictures, for everybody. A web server in front may serve the folder instead, under the same names."""

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from hcpov.media import buckets, storage
from hcpov.text import pictures

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/<name>")
def file(name: str) -> AnyResponse:
    """A form of a picture, which never changes."""
    if not pictures.NAME.fullmatch(name):
        abort(404)
    try:
        data = storage.get(name)
    except buckets.Unreachable:
        abort(503)
    if data is None:
        abort(404)
    answer = Response(data, mimetype="image/webp")
    answer.headers["Cache-Control"] = buckets.KEPT
    answer.set_etag(name.removesuffix(".webp"))
    return answer.make_conditional(request)
