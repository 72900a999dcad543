"""deploy/machines.md says what the code says."""

import re
from dataclasses import fields

import pytest

from hcpov import config
from hcpov.ops.actions import LENGTH
from hcpov.ops.lease import EVERY
from tests.house.tree import ROOT

PAGE = (ROOT / "deploy" / "machines.md").read_text(encoding="utf-8")


def test_its_settings_are_read_as_they_stand(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = re.search(r"```ini\n(.*?)```", PAGE, re.DOTALL)
    assert found
    instance = tmp_path_factory.mktemp("page")
    (instance / "hcpov.cfg").write_text(found[1], encoding="utf-8")
    settings = config.load({"HCPOV_INSTANCE": str(instance)})
    assert settings.machines == 2 and settings.redis_url and settings.media_url and settings.secret_key
    assert settings.database.startswith("postgresql+psycopg://")


def test_every_setting_that_it_names_is_one() -> None:
    known = {config.env_name(each) for each in fields(config.Settings)}
    assert set(re.findall(r"HCPOV_[A-Z_]+", PAGE)) <= known


def test_a_worker_is_followed_in_the_time_that_it_says() -> None:
    assert f"taken over within {LENGTH.total_seconds() + EVERY:.0f} seconds" in " ".join(PAGE.split())


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) < 120
