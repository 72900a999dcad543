"""The worker is killed again and again while it sends: nobody goes without, and repeats are in the window only."""

from pathlib import Path

import pytest

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.ops.schema import upgrade
from tests.mail import kills
from tests.post_office import PostOffice


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """An instance of its own, for a worker would take other tests' messages as well."""
    settings = Settings(
        instance=tmp_path, secret_key="the worker's own secret, known to all of them", rate_limits="off"
    )
    with create_app(settings).app_context():
        upgrade()
    return settings


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_worker_that_is_told_to_stop_finishes_the_message_in_hand(
    own: Settings, post_office: PostOffice, command: str
) -> None:
    post_office.slow = 0.05
    assert kills.stop(create_app(own), own, post_office, messages=30, command=command) == 0
    assert 3 <= len(post_office.recipients) < 30


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_worker_that_is_loaded_anew_sends_each_message_once(
    own: Settings, post_office: PostOffice, command: str
) -> None:
    post_office.slow = 0.05
    arrived = kills.load_anew(create_app(own), own, post_office, messages=300, command=command)
    assert arrived == {f"reader{number}@example.org": 1 for number in range(300)}


def test_a_killed_worker_loses_nothing_and_repeats_only_in_the_window(own: Settings, post_office: PostOffice) -> None:
    post_office.slow = 0.01
    outcome = kills.run(create_app(own), own, post_office, messages=60, kills=3, seed=6)
    assert set(outcome.arrived) == {f"reader{number}@example.org" for number in range(60)}
    assert outcome.repeated == outcome.in_the_window
    assert sum(outcome.repeated.values()) <= outcome.kills
    assert {len(each) for each in outcome.ids.values()} == {1}, "a repeat has the same Message-ID"
