"""Web, worker and database are killed in turn: what was acknowledged is there, once."""

from pathlib import Path

import pytest

from tests.conftest import POSTGRES
from tests.hardship import cluster, rounds
from tests.hardship.conftest import own_site
from tests.hardship.rounds import DATABASE, ONE_WEB, WEB, WORKER, Outcome

ROUNDS = 5  # `python -m bench.hardship` does fifty


def kept_every_word(outcome: Outcome) -> None:
    """Says whether nothing was lost, and whether anything was tried at all."""
    assert outcome.wrong == []
    assert outcome.kills == {WEB: 1, WORKER: 2, DATABASE: 1, ONE_WEB: 1}
    assert len(outcome.heard.sent) == len(outcome.heard.begun) >= 5 * ROUNDS
    assert outcome.heard.looks and outcome.heard.again["no answer"], "nobody commented when it was killed"


@pytest.mark.skipif(bool(POSTGRES), reason="asks no database of the tests")
def test_comments_on_sqlite_outlive_kills(tmp_path: Path) -> None:
    with own_site(tmp_path) as (app, settings):
        kept_every_word(rounds.run(app, settings, None, ROUNDS, seed=20261122))


@pytest.mark.skipif(not cluster.is_there(), reason="PostgreSQL is not installed")
def test_comments_on_postgresql_outlive_kills(tmp_path: Path, database_url: str) -> None:
    """The server of the tests is not touched: others use it."""
    if not database_url:
        pytest.skip("goes with the tests on PostgreSQL")
    with cluster.made() as made, own_site(tmp_path, made) as (app, settings):
        kept_every_word(rounds.run(app, settings, made, ROUNDS, seed=20261122))
