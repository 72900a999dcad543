"""The front page of somebody's own account."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.make import MadeAccount, Make


def test_each_link_says_what_it_leads_to(make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> None:
    """Read aloud one by one, "Change it" four times tells nothing (WCAG 2.4.9)."""
    page = sign_in(make.account()).get("/account/").text
    links = re.findall(r'<a href="[^"]+">([^<]+)<span class="away">([^<]+)</span></a></li>', page)
    assert ("Change it", ": Your profile") in links
    assert len(set(links)) == len(links) >= 8
