"""Limits on how often, on the real server, which counts for itself in each of its processes."""

import urllib.error
import urllib.request

from hcpov.config import Settings
from tests import live
from tests.make import Make


def ask(address: str) -> tuple[int, str, str]:
    """Returns the status, the time to wait, and the page."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers.get("Retry-After", ""), refusal.read().decode()


def test_a_crowd_from_one_network_is_slowed_down(settings: Settings, make: Make) -> None:
    make.blog()
    with live.serving(settings, HCPOV_RATE_LIMITS="on") as address:
        answers = [ask(f"{address}/captcha/forged/audio") for _ in range(60)]
        status, retry, page = answers[-1]
        assert answers[0][0] == 404
        assert (status, retry) == (429, "60")
        assert "Wait a minute" in page
        assert ask(f"{address}/")[0] == 200
