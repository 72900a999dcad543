"""The worker as ops run it: beside the web server, in a process of its own."""

from pathlib import Path

import pytest

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.ops.schema import upgrade
from tests.live import post, serving, wait_until
from tests.make import PASSWORD
from tests.post_office import PostOffice, link, words

JOIN = {
    "name": "Ada Member",
    "title": "Pharmacist",
    "place": "Tulsa OK",
    "email": "ada@example.org",
    "password": PASSWORD,
}


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """An instance of its own, for a worker would take other tests' messages as well."""
    settings = Settings(
        instance=tmp_path, secret_key="the worker's own secret, known to all of them", rate_limits="off"
    )
    with create_app(settings).app_context():
        upgrade()
    return settings


def test_a_letter_is_sent_within_seconds(own: Settings, post_office: PostOffice) -> None:
    with serving(own, HCPOV_SMTP_URL=f"smtp://127.0.0.1:{post_office.port}") as address:
        assert post(address, "/join", JOIN) == (302, "/join/sent")
        [message] = post_office.wait_for(1)
        assert link(words(message), f"{address}/join/confirm/")


def test_without_a_relay_the_letter_is_printed(own: Settings) -> None:
    with serving(own) as address:
        post(address, "/join", JOIN)
        [log] = list(own.instance.glob("serve-*.log"))
        wait_until(lambda: "/join/confirm/" in log.read_text(encoding="utf-8"))
    assert "To: ada@example.org" in log.read_text(encoding="utf-8")
