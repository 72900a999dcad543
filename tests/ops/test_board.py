"""deploy/grafana.json and deploy/alerts.yml name only what is measured."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.comments import outcomes
from hcpov.config import ROOT
from hcpov.ops import heartbeat
from tests.make import Make
from tests.ops.test_metrics import read

NAME = re.compile(r"\bhcpov_[a-z_]+\b")
OUTCOME = re.compile(r'(hcpov_(?:comments|pages)_total)\{outcome=\\?"([a-z ]+)\\?"')


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_board_and_alerts_use_names_that_exist(app: Flask, client: FlaskClient, make: Make, file: str) -> None:
    with app.app_context():
        heartbeat.beat()
        for each in outcomes.ALL:
            outcomes.note(each)
    path = make.post().path
    for _ in range(2):
        client.get(path)
    measured = set(read(client.get("/metrics").text))
    there = {name.partition(" ")[0] for name in measured}
    text = Path(ROOT / "deploy" / file).read_text(encoding="utf-8")
    named = set(NAME.findall(text))
    assert len(named) > 5
    assert named - there == set()
    assert {f"{name} {outcome}" for name, outcome in OUTCOME.findall(text)} <= measured
    if file.endswith(".json"):
        board = json.loads(text)
        assert all(each["targets"] for each in board["panels"] if each["type"] != "row")
