"""README.md says what the code says."""

import re

import pytest

from tests.house.readme import MAP, README, command_rows, make_rows, setting_rows, written


@pytest.fixture(scope="module")
def readme() -> str:
    """What README.md says."""
    return README.read_text(encoding="utf-8")


def test_map_settings_and_commands_are_those_of_the_code(readme: str) -> None:
    said, true = readme.splitlines(), written(readme).splitlines()
    wrong = [f"+ {line}" for line in true if line not in said] + [f"- {line}" for line in said if line not in true]
    assert readme == written(readme), "\n".join(["`make readme` writes these:", *wrong])


def test_every_room_is_explained(readme: str) -> None:
    rooms = MAP.search(readme)
    assert rooms
    assert [line for line in rooms[0].splitlines() if len(line.split()) < 3] == []


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("`127.0.0.1:8000`", "`127.0.0.1:9000`"),
        ("| host:port |", "| host |"),
        ("where the server listens", "where it is"),
        ("| `hcpov doctor` |", "| `hcpov nurse` |"),
        ("| `make quick` |", "| `make fast` |"),
        ("  clock.py", "  watch.py"),
        ("\ntemplates/", "\nforms/"),
    ],
)
def test_what_is_no_longer_true_is_seen(readme: str, true: str, false: str) -> None:
    assert true in readme
    changed = readme.replace(true, false, 1)
    assert written(changed) != changed


def test_rows_are_there() -> None:
    assert {"`hcpov run`", "`hcpov captcha answer`"} <= {row.split(" | ")[0][2:] for row in command_rows()}
    assert {"`make run`", "`make test`"} <= {row.split(" | ")[0][2:] for row in make_rows()}
    assert all(row.count(" | ") == 3 for row in setting_rows())


def test_the_two_commands_come_first(readme: str) -> None:
    assert re.findall(r"^    (make \w+)", readme, re.MULTILINE)[:2] == ["make run", "make test"]
