"""How the site is, for admins only."""

from flask import Blueprint
from werkzeug.wrappers import Response

from hcpov import config
from hcpov.desk import answers
from hcpov.desk.writers import admin_here
from hcpov.ops import build, checks
from hcpov.ops.examination import examine
from hcpov.web import headers

blueprint = Blueprint("health", __name__)


@blueprint.get("/desk/health")
def look() -> Response:
    """What was looked at, what is bad first. The certificate is left to the terminal: nobody waits for a network."""
    keeper, settings = admin_here(), config.current()
    order = [checks.BAD, checks.WARN, checks.OK]
    found = sorted(examine(settings, headers.build(settings)), key=lambda each: order.index(each.state))
    bad, warned = (sum(each.state == state for each in found) for state in order[:2])
    return answers.page("desk/health/health.html", keeper, checks=found, bad=bad, warned=warned, build=build.BUILD)
