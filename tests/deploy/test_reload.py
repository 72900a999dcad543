"""The application is loaded anew behind nginx, which keeps connections to it and repeats no form that was cut off."""

import signal
from pathlib import Path

from tests.deploy import fronts
from tests.live import started, wait_until
from tests.make import Make
from tests.serving.conftest import application
from tests.serving.crowd import crowd
from tests.serving.watching import PATIENT, reloaded, serves


def test_a_reload_behind_nginx_drops_nothing(tmp_path: Path) -> None:
    with application(tmp_path) as own, started(own.config["HCPOV"], "--web-only", HCPOV_PROXIES="1") as site:
        serves(site)
        post, front, pages = Make(own).post(), tmp_path / "nginx", tmp_path / "pages"
        front.mkdir()
        with fronts.running_nginx(fronts.write_nginx(front, pages, site.address, pages)) as nginx:
            port = int(nginx.plain.rpartition(":")[2])
            with crowd(own, port, post) as people:
                for number in (1, 2):
                    before = len(people.said)
                    site.process.send_signal(signal.SIGHUP)
                    reloaded(site, number)
                    wait_until(lambda: len(people.said) > before + 10, PATIENT)  # noqa: B023
        assert people.wrong == []
        assert people.lost() == []
