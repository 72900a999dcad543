"""The styles use what Baseline calls widely available; what is newer stands in an `@supports`, and pages do without."""

import json
import os
import subprocess

import pytest

from tests.house.tree import ROOT

LINTER = ROOT / ".cache/baseline/node_modules/.bin/stylelint"
RULES = {
    "plugins": ["stylelint-plugin-use-baseline"],
    "rules": {"plugin/use-baseline": [True, {"available": "widely"}]},
}


TOO_NEW = "a { field-sizing: content }\n@supports (resize: none) { a { resize: none } }\n"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the linter says of the styles, and of a sheet that is too new on purpose: one run, for it reads much first.

    A machine without it skips; in CI that is a failure.
    """
    if not LINTER.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("stylelint is not fetched; `make test` fetches it")
    folder, base = tmp_path_factory.mktemp("styles"), LINTER.parents[2]
    rules, sheet = folder / "rules.json", folder / "too-new.css"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    sheet.write_text(TOO_NEW, encoding="utf-8")
    sheets = [*sorted((ROOT / "static/css").glob("*.css")), sheet]
    command = map(str, (LINTER, "--config", rules, "--config-basedir", base, "--formatter", "unix", *sheets))
    done = subprocess.run([*command], cwd=base, capture_output=True, text=True, check=False, timeout=120)
    return [line for line in (done.stdout + done.stderr).splitlines() if "use-baseline" in line or "rror" in line]


def test_styles_use_what_is_widely_available(said: list[str]) -> None:
    wrong = [line for line in said if "too-new.css" not in line and "problem" not in line]
    assert wrong == [], "\n".join(wrong)


def test_what_is_too_new_is_seen(said: list[str]) -> None:
    found = [line for line in said if "too-new.css" in line]
    assert len(found) == 1 and "field-sizing" in found[0]
