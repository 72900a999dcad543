"""Processes that are killed are replaced, and what is told to stop finishes what it has begun."""

import os
import signal
import sys

import pytest
from flask import Flask

from tests.live import answers, free_port, get, started, wait_until
from tests.make import MadePost
from tests.serving.crowd import HalfSent, crowd
from tests.serving.watching import NEW, PATIENT, below, reloaded, runs, serves

STATIC = "/static/css/account.css"  # needs no turn, which the request that is open has

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")


def test_a_killed_web_process_is_replaced_while_the_other_serves(own: Flask, post: MadePost) -> None:
    with started(own.config["HCPOV"], HCPOV_PROXIES="1") as site:
        serves(site)
        [leading] = below(site.process.pid)
        web = below(leading)
        half = HalfSent(own, site.port, post)
        wait_until(lambda: half.server(web) is not None, PATIENT)
        [killed] = [pid for pid in web if pid != half.server(web)]
        os.kill(killed, signal.SIGKILL)
        while NEW not in site.log:
            assert get(site.address, STATIC)[0] == 200
        assert half.finish() == 303
        reloaded(site, 1)
        assert len(below(below(site.process.pid)[0])) == len(web)


def test_a_killed_leading_process_is_replaced_without_a_request_lost(own: Flask, post: MadePost) -> None:
    with started(own.config["HCPOV"], HCPOV_PROXIES="1") as site:
        serves(site)
        with crowd(own, site.port, post) as people:
            wait_until(lambda: len(people.said) > 10, PATIENT)
            os.kill(below(site.process.pid)[0], signal.SIGKILL)
            serves(site, 2)
            before = len(people.said)
            wait_until(lambda: len(people.said) > before + 10, PATIENT)
    assert people.wrong == []
    assert people.lost() == []


def test_with_the_keeper_all_end_and_the_port_is_free(own: Flask) -> None:
    port = free_port()
    with started(own.config["HCPOV"], port=port) as site:
        serves(site)
        os.kill(site.process.pid, signal.SIGKILL)
        site.process.wait()
        with started(own.config["HCPOV"], port=port) as again:
            serves(again)
            assert get(again.address, "/")[0] == 200
        wait_until(lambda: not runs(site.process.pid), PATIENT)


def test_what_was_begun_is_finished_when_it_stops(own: Flask, post: MadePost) -> None:
    with started(own.config["HCPOV"], HCPOV_PROXIES="1") as site:
        serves(site)
        web = below(below(site.process.pid)[0])
        half = HalfSent(own, site.port, post)
        wait_until(lambda: half.server(web) is not None, PATIENT)
        site.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not answers(site.port), PATIENT)
        assert half.finish() == 303
        assert site.process.wait(PATIENT) == 0
    assert not runs(site.process.pid)


def test_what_was_started_stops_together_and_starts_again(own: Flask) -> None:
    port = free_port()
    for _ in range(2):
        with started(own.config["HCPOV"], port=port) as site:
            serves(site)
        assert site.process.returncode == 0 and not runs(site.process.pid)
        assert "Traceback" not in site.log


def test_a_bad_setting_at_the_start_is_told_in_a_line(own: Flask) -> None:
    with started(own.config["HCPOV"], HCPOV_WORKERS="many") as site:
        assert site.process.wait(PATIENT) == 1
        assert site.log.startswith("Error: HCPOV_WORKERS does not fit") and site.log.count("\n") == 1


def test_a_port_that_is_taken_is_told_in_a_line(own: Flask) -> None:
    with started(own.config["HCPOV"]) as site:
        serves(site)
        with started(own.config["HCPOV"], "--web-only", HCPOV_BIND=f"127.0.0.1:{site.port}") as second:
            assert second.process.wait(PATIENT) == 1
            assert second.log == f"Error: Nothing can listen at 127.0.0.1:{site.port}: Address already in use.\n"
