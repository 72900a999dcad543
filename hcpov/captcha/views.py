"""The security code's fragment and its sound."""

import io

from flask import Blueprint, Response, abort, render_template, request, send_file

from hcpov import config
from hcpov.blog import queries as blogs
from hcpov.captcha import challenges, drawing, queries, speech
from hcpov.extensions import limiter
from hcpov.web.paging import row_number

blueprint = Blueprint("captcha", __name__)


@blueprint.get("/captcha")
@limiter.limit("120/minute")
def fragment() -> Response:
    """A new code for a post: picture, challenge and field in one answer. Writes nothing.

    Whoever asked for another one stays on the button, and is told that it came (WCAG 4.1.3).
    """
    post = blogs.article_by_id(row_number("for") or abort(404)) or abort(404)
    code = challenges.issue(post.id)
    picture, again = drawing.picture(challenges.digits(code.nonce)), "refresh" in request.args
    body = render_template("captcha/_code.html", post=post, code=code, picture=picture, error=None, again=again)
    return Response(body, mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.get("/captcha/<challenge>/audio")
@limiter.limit("20/minute")
def audio(challenge: str) -> Response:
    """The digits of an unused code, spoken."""
    code = challenges.read(challenge)
    if code is None or code.kind != challenges.CODE or code.old or queries.was_used(code):
        abort(404)
    sound = speech.speak(
        challenges.digits(code.nonce), challenges.seed(code.nonce), speech.spoken(config.current().language)
    )
    # send_file answers requests for a part, without which Safari plays nothing.
    answer = send_file(io.BytesIO(sound), mimetype="audio/wav", conditional=True, etag=False, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
