"""The desk's page on how the site is."""

from typing import Any

import pytest

from hcpov.ops import heartbeat
from tests.desk.conftest import Desk
from tests.house.markup import problems_of

PATH = "/desk/health"


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("editor", 403), ("moderator", 403), ("admin", 200)]
)
def test_admins_only(desk: Desk, who: str, status: int) -> None:
    assert desk.browsers[who].get(PATH).status_code == status


def test_what_is_bad_comes_first(desk: Desk) -> None:
    (desk.app.config["HCPOV"].instance / heartbeat.FILE).unlink(missing_ok=True)
    answer = desk.browsers["admin"].get(PATH)
    assert problems_of(answer.text) == []
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "1 thing to mend" in answer.text
    assert answer.text.index("No worker ever ran") < answer.text.index("The database is whole.")
    with desk.app.app_context():
        heartbeat.beat()
    assert "The site is well" in desk.browsers["admin"].get(PATH).text


def test_it_tells_no_secret_and_no_person(desk: Desk) -> None:
    settings: Any = desk.app.config["HCPOV"]
    desk.make.account("Gwendolyn", email="gwendolyn@secret.example")
    page = desk.browsers["admin"].get(PATH).text
    assert settings.secret_key not in page and "gwendolyn" not in page.lower()
    assert settings.smtp_url not in page


def test_it_is_led_to_for_admins(desk: Desk) -> None:
    assert f'href="{PATH}"' in desk.browsers["admin"].get("/desk/").text
    assert f'href="{PATH}"' not in desk.browsers["moderator"].get("/desk/").text
