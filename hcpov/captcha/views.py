"""The security code's fragment and its sound."""

from flask import Blueprint, Response, abort, render_template

from hcpov.blog import queries as blogs
from hcpov.captcha import challenges, drawing, queries
from hcpov.extensions import limiter
from hcpov.web.paging import row_number

blueprint = Blueprint("captcha", __name__)


@blueprint.get("/captcha")
@limiter.limit("120/minute")
def fragment() -> Response:
    """A new code for a post: picture, challenge and field in one answer. Writes nothing."""
    post = blogs.article_by_id(row_number("for") or abort(404)) or abort(404)
    code = challenges.issue(post.id)
    body = render_template(
        "captcha/_code.html", post=post, code=code, picture=drawing.picture(challenges.digits(code.nonce)), error=None
    )
    return Response(body, mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.get("/captcha/<challenge>/audio")
@limiter.limit("20/minute")
def audio(challenge: str) -> Response:
    """The digits of an unused code, spoken."""
    code = challenges.read(challenge)
    if code is None or code.kind != challenges.CODE or code.old or queries.was_used(code):
        abort(404)
    sound = drawing.sound(challenges.digits(code.nonce))
    return Response(sound, mimetype="audio/wav", headers={"Cache-Control": "no-store"})
