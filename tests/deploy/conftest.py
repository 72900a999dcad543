"""nginx in front of the real application. A machine without nginx or Caddy skips; in CI that is a failure."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hcpov.config import Settings
from tests.deploy import fronts, pages
from tests.deploy.fronts import NAME, Nginx
from tests.live import serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.front)


@pytest.fixture(scope="session", autouse=True)
def fronts_there() -> None:
    """Debian's nginx with its Brotli module, Caddy, and Prometheus's tool."""
    lacking = [each.name for each in (fronts.NGINX, fronts.BROTLI, fronts.CADDY, fronts.PROMTOOL) if not each.exists()]
    if lacking:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"these tests need {', '.join(lacking)}")


@pytest.fixture(scope="session")
def application(fronts_there: None, app: Flask, settings: Settings) -> Iterator[str]:
    """The address of the real server as it is set behind a front."""
    with serving(settings, "--web-only", HCPOV_SITE_URL=f"https://{NAME}", HCPOV_PROXIES="1") as address:
        yield address


@pytest.fixture(scope="session")
def nginx(application: str, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx: `https` on the application's own finished pages, `plain` on those that are written by hand."""
    root = tmp_path_factory.mktemp("instance") / "pages"
    pages.write(root)
    folder = tmp_path_factory.mktemp("nginx")
    with fronts.running_nginx(fronts.write_nginx(folder, settings.instance / "pages", application, root)) as found:
        yield found
    said = (folder / "error.log").read_text(encoding="utf-8").splitlines()
    bad = [line for line in said if any(level in line for level in ("[crit]", "[alert]", "[emerg]"))]
    assert [line for line in bad if "is not a regular file" not in line] == []  # a test puts a pipe there


@pytest.fixture(scope="session")
def caddy(application: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Caddy."""
    with fronts.running_caddy(tmp_path_factory.mktemp("caddy"), application) as address:
        yield address
