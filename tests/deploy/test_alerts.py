"""deploy/alerts.yml, asked by Prometheus's own tool: each alert fires on what it is for, and not on a quiet site."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from hcpov.config import ROOT
from tests.deploy import fronts

RULES = ROOT / "deploy" / "alerts.yml"
RULE = re.compile(r"- alert: (\w+)\n.*?severity: (\w+)}\n.*?summary: (.+?)\n", re.DOTALL)
REQUESTS, COMMENTS, PAGES = "hcpov_requests_total", "hcpov_comments_total", "hcpov_pages_total"
SLOW = "hcpov_request_seconds_bucket"
# By alert: what is measured each minute when it is to fire, and the labels that it then has.
FIRE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "SiteDown": ({'up{job="hcpov"}': "0x180"}, {"job": "hcpov"}),
    "DatabaseDown": ({"hcpov_database_up": "0x180"}, {}),
    "RequestsFail": ({f'{REQUESTS}{{status="200"}}': "0+90x180", f'{REQUESTS}{{status="500"}}': "0+10x180"}, {}),
    "RequestsSlow": (
        {f'{SLOW}{{le="1.0"}}': "0+90x180", f'{SLOW}{{le="2.5"}}': "0+100x180", f'{SLOW}{{le="+Inf"}}': "0+100x180"},
        {},
    ),
    "WorkerStill": ({"hcpov_worker_lag_seconds": "0+60x180"}, {}),
    "MailWaits": ({"hcpov_mail_overdue_seconds": "0+60x180"}, {}),
    "MailGivenUp": ({"hcpov_mail_given_up": "0+1x180"}, {}),
    "CommentsWait": ({"hcpov_comments_held": "1x180"}, {}),
    "NothingPublished": ({f'{COMMENTS}{{outcome="wrong code"}}': "0+2x180"}, {}),
    "PagesNotKept": (
        {f'{PAGES}{{outcome="missed"}}': "0+120x180", "hcpov_pages_stored": "0x180"},
        {"outcome": "missed"},
    ),
}
QUIET = {
    'up{job="hcpov"}': "1x180",
    "hcpov_database_up": "1x180",
    f'{REQUESTS}{{status="200"}}': "0+1000x180",
    f'{REQUESTS}{{status="500"}}': "0+1x180",
    f'{SLOW}{{le="1.0"}}': "0+99x180",
    f'{SLOW}{{le="2.5"}}': "0+100x180",
    f'{SLOW}{{le="+Inf"}}': "0+100x180",
    "hcpov_worker_lag_seconds": "30x180",
    "hcpov_mail_overdue_seconds": "0x180",
    "hcpov_mail_given_up": "3x180",
    "hcpov_comments_held": "3x90 0x90",
    f'{COMMENTS}{{outcome="wrong code"}}': "0+2x180",
    f'{COMMENTS}{{outcome="published"}}': "0+1x180",
    f'{PAGES}{{outcome="missed"}}': "0+120x180",
    "hcpov_pages_stored": "7x180",
}


def test_each_alert_fires_and_a_quiet_site_is_left_alone(tmp_path: Path) -> None:
    rules = {name: (severity, words) for name, severity, words in RULE.findall(RULES.read_text(encoding="utf-8"))}
    assert rules.keys() == FIRE.keys()
    tests = [trial(QUIET, name, []) for name in rules]
    for name, (measured, labels) in FIRE.items():
        severity, words = rules[name]
        fires = {"exp_labels": labels | {"severity": severity}, "exp_annotations": {"summary": words}}
        tests.append(trial(QUIET | measured, name, [fires]))
        if name == "NothingPublished":  # since the site began to count
            published = f'{COMMENTS}{{outcome="published"}}'
            alone = {series: values for series, values in (QUIET | measured).items() if series != published}
            tests[-1:] = [trial(alone, name, [fires]), trial(alone | {published: "5x180"}, name, [fires])]
    file = tmp_path / "trials.yml"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    done = subprocess.run(
        [fronts.PROMTOOL, "test", "rules", file], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def trial(measured: dict[str, str], name: str, wanted: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns a trial as promtool reads it: three hours of a site, and what one alert says in their end."""
    series = [{"series": each, "values": values} for each, values in measured.items()]
    return {
        "interval": "1m",
        "input_series": series,
        "alert_rule_test": [{"eval_time": "3h", "alertname": name, "exp_alerts": wanted}],
    }
