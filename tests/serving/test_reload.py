"""SIGHUP loads code and settings anew, and nobody who reads or writes meanwhile notices."""

import http.client
import json
import os
import shutil
import signal
from contextlib import closing
from pathlib import Path

from flask import Flask

from hcpov import config
from tests.live import get, started, wait_until
from tests.make import MadePost
from tests.serving.crowd import HalfSent, crowd, form
from tests.serving.watching import FAILED, NEW, PATIENT, below, reloaded, runs, serves


def test_five_reloads_drop_nothing(own: Flask, post: MadePost) -> None:
    with started(own.config["HCPOV"], HCPOV_PROXIES="1") as site:
        serves(site)
        with crowd(own, site.port, post) as people:
            for number in range(1, 6):
                before = len(people.said)
                site.process.send_signal(signal.SIGHUP)
                reloaded(site, number)
                wait_until(lambda: len(people.said) > before + 10, PATIENT)  # noqa: B023
    assert people.wrong == []
    assert people.lost() == []
    assert site.log.count("The worker does") == 6 and "Traceback" not in site.log


def test_what_was_kept_open_is_answered_once_more(own: Flask, post: MadePost) -> None:
    """A connection that nobody used during the reload, and a comment of which one half had been sent."""
    with started(own.config["HCPOV"], "--web-only", HCPOV_PROXIES="1") as site:
        serves(site)
        with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENT)) as quiet:
            quiet.request("GET", post.path)
            quiet.getresponse().read()
            half = HalfSent(own, site.port, post)
            site.process.send_signal(signal.SIGHUP)
            wait_until(lambda: NEW in site.log, PATIENT)
            assert half.finish() == 303
            _, body, headers = form(own, post)
            quiet.request("POST", post.comments, body, headers)
            answer = quiet.getresponse()
            answer.read()
        assert (answer.status, answer.getheader("Connection")) == (303, "close")
        reloaded(site, 1)


def test_a_changed_setting_is_taken_and_a_bad_one_is_not(own: Flask, tmp_path: Path) -> None:
    with started(own.config["HCPOV"]) as site:
        serves(site)
        assert "Health Care POV" in get(site.address, "/")[1]
        [leading] = below(site.process.pid)
        (tmp_path / "hcpov.cfg").write_text("HCPOV_SITE_NAME = Ward Talk\nHCPOV_WORKERS = many\n")
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: FAILED in site.log, PATIENT)
        [told] = [line for line in map(json.loads, site.log.splitlines()) if line["event"].startswith(FAILED)]
        assert "HCPOV_WORKERS does not fit: write a whole number" in told["reason"]
        assert below(site.process.pid) == [leading] and "Health Care POV" in get(site.address, "/")[1]
        (tmp_path / "hcpov.cfg").write_text("HCPOV_SITE_NAME = Ward Talk\nHCPOV_WORKERS = 3\n")
        site.process.send_signal(signal.SIGHUP)
        reloaded(site, 1)
        assert "Ward Talk" in get(site.address, "/")[1]
        assert len(below(below(site.process.pid)[0])) == 3


def test_new_code_is_loaded_and_broken_code_is_not(own: Flask, tmp_path: Path) -> None:
    code = tmp_path / "code"
    for name in ("hcpov", "templates", "static"):
        shutil.copytree(config.ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    room, words = code / "hcpov" / "ops" / "readiness.py", 'REACHABLE, AWAY = "reachable", "away"'
    text = room.read_text(encoding="utf-8")
    with started(own.config["HCPOV"], "--web-only", folder=code) as site:
        serves(site)
        assert "database: reachable" in get(site.address, "/readyz")[1]
        room.write_text(text.replace(words, words.replace('"reachable"', "reachable yes")), encoding="utf-8")
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: FAILED in site.log, PATIENT)
        assert "SyntaxError" in site.log and "database: reachable" in get(site.address, "/readyz")[1]
        room.write_text(text.replace(words, words.replace("reachable", "there")), encoding="utf-8")
        site.process.send_signal(signal.SIGHUP)
        reloaded(site, 1)
        assert "database: there" in get(site.address, "/readyz")[1]


def test_two_at_once_end_with_the_newest_settings(own: Flask, tmp_path: Path) -> None:
    with started(own.config["HCPOV"], "--web-only") as site:
        serves(site)
        (tmp_path / "hcpov.cfg").write_text("HCPOV_SITE_NAME = First\n")
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(below(site.process.pid)) == 2)
        (tmp_path / "hcpov.cfg").write_text("HCPOV_SITE_NAME = Second\n")
        for _ in range(3):
            site.process.send_signal(signal.SIGHUP)
        reloaded(site, 2)
        assert "Second" in get(site.address, "/")[1]
        assert site.log.count(NEW) == 2


def test_told_while_it_starts(own: Flask) -> None:
    with started(own.config["HCPOV"], "--web-only") as site:
        command = Path(f"/proc/{site.process.pid}/cmdline")
        wait_until(lambda: b"keeper" in command.read_bytes(), PATIENT)
        site.process.send_signal(signal.SIGHUP)
        reloaded(site, 1)
        assert get(site.address, "/")[0] == 200


def test_stopped_in_a_reload(own: Flask) -> None:
    with started(own.config["HCPOV"]) as site:
        serves(site)
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(below(site.process.pid)) == 2)
        site.process.send_signal(signal.SIGTERM)
        assert site.process.wait(PATIENT) == 0
        assert not runs(site.process.pid) and "Traceback" not in site.log


def test_all_that_is_said_is_json(own: Flask, tmp_path: Path) -> None:
    """Where readers come from elsewhere: at a start, a reload, a failed one, a kill, a stop."""
    with started(own.config["HCPOV"], HCPOV_SITE_URL="https://pov.example.org") as site:
        serves(site)
        site.process.send_signal(signal.SIGHUP)
        reloaded(site, 1)
        (tmp_path / "hcpov.cfg").write_text("HCPOV_NOTHING = 1\n")
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: FAILED in site.log, PATIENT)
        (tmp_path / "hcpov.cfg").write_text("")
        os.kill(below(below(site.process.pid)[0])[0], signal.SIGKILL)
        reloaded(site, 2)
    lines = [json.loads(line) for line in site.log.splitlines()]
    assert all({"event", "timestamp"} <= line.keys() for line in lines)
