"""Settings: where they come from, and what is refused."""

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hcpov import config
from hcpov.cli import main
from hcpov.config import SettingError

BAD = {
    "HCPOV_BIND": ["8000", "127.0.0.1:", "127.0.0.1:70000", ":8000"],
    "HCPOV_WORKERS": ["0", "65", "two", "-1", "1.5", ""],
    "HCPOV_SITE_URL": ["example.org", "ftp://example.org", "http://"],
    "HCPOV_LANGUAGE": ["English", "EN", "tlh", "../es"],
    "HCPOV_TIME_ZONE": ["Springfield", "../etc"],
    "HCPOV_SECRET_KEY": ["too short"],
    "HCPOV_DATABASE_URL": ["mysql://localhost/hcpov", "hcpov.sqlite3"],
    "HCPOV_PROXIES": ["6", "many"],
    "HCPOV_HTMX_URL": ["htmx.min.js"],
    "HCPOV_BACKUPS": ["yes", ""],
    "HCPOV_BACKUP_URL": ["instance/backups", "s3://backups.example.org/ours"],
    "HCPOV_MEDIA_URL": [
        "instance/media",
        "s3://media.example.org/pictures",
        "s3://ada@media.example.org/pictures",
        "s3://ada:hidden@media.example.org",
        "s3://ada:hid/den@media.example.org/pictures",
        "s3://ada:hidden@media.example.org/pictures/of/us",
        "s3://ada:hidden@media.example.org/Pictures",
        "s3://ada:hidden@media.example.org/p",
        "s3://ada:hidden@media.example.org:99999/pictures",
        "s3://ada:hidden@[media/pictures",
        "s3://ada:hidden@media.example.org/pictures?region=",
        "s3://ada:hidden@media.example.org/pictures?acl=public",
        "ftp://ada:hidden@media.example.org/pictures",
    ],
    "HCPOV_PICTURE_HOSTS": ["pictures.example.org"],
    "HCPOV_STRIP": ["everybody", ""],
    "HCPOV_CODE_MINUTES": ["0", "1441"],
    "HCPOV_EDIT_MINUTES": ["-1", "1441"],
    "HCPOV_RATE_LIMITS": ["maybe"],
    "HCPOV_OLD_SECRET_KEYS": ["too short", "0123456789012345678901234567890123456789 short"],
    "HCPOV_REDIS_URL": ["localhost:6379", "http://localhost", "redis://", "valkey://", "memory://"],
    "HCPOV_SMTP_URL": ["localhost:25", "http://localhost", "smtp://", "smtp://localhost/inbox"],
    "HCPOV_MAIL_FROM": ["news", "News <news@example.org>", "a@b@c", "news@example.org Bcc: x@example.org"],
    "HCPOV_CONTACT": ["news", "News <news@example.org>", "a@b@c", "news@example.org Bcc: x@example.org"],
    "HCPOV_MAIL_RATE": ["-1", "fast", "100001", ""],
    "HCPOV_DKIM_SELECTOR": ["a b", "-mail", "mail.", "m" * 64, "é"],
    "HCPOV_DIGEST_HOUR": ["24", "-1", "7:30", ""],
    "HCPOV_NOTICE_MINUTES": ["-1", "1441", "often"],
    "HCPOV_SECOND_FACTOR": ["", "everyone"],
    "HCPOV_IDLE_HOURS": ["0", "9999"],
    "HCPOV_SESSION_DAYS": ["0", "366"],
    "HCPOV_PAGES_MB": ["-1", "much", ""],
    "HCPOV_MACHINES": ["0", "101"],
    "HCPOV_METRICS_TOKEN": ["too short"],
}
SECRETS = {
    "HCPOV_SECRET_KEY": "a secret that nobody may read from a screen",
    "HCPOV_DATABASE_URL": "postgresql://ada:hidden-word@db.example.org/hcpov",
    "HCPOV_OLD_SECRET_KEYS": "an-older-secret-that-nobody-may-read-either",
    "HCPOV_REDIS_URL": "redis://ada:hidden-word@counts.example.org:6379/1",
    "HCPOV_METRICS_TOKEN": "a-token-that-nobody-may-read-from-a-screen",
    "HCPOV_SMTP_URL": "smtp://ada:hidden-word@mail.example.org:587",
    "HCPOV_BACKUP_URL": "s3://ada:hidden-word@backups.example.org:9000/ours",
    "HCPOV_MEDIA_URL": "s3://ada:hidden-word@media.example.org:9000/pictures?region=eu-west-1",
}


def load(instance: Path, **environ: str) -> config.Settings:
    """Reads the settings as a process with this environment does."""
    return config.load({"HCPOV_INSTANCE": str(instance), **environ})


def doctor(instance: Path, **environ: str) -> Result:
    """Runs `hcpov doctor --settings`."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith(config.PREFIX)}
    given |= {"HCPOV_INSTANCE": str(instance), **environ}
    return CliRunner(env=given).invoke(main, ["doctor", "--settings"])


def test_defaults_are_enough(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == config.Settings(instance=tmp_path)
    assert settings.database == f"sqlite:///{tmp_path}/hcpov.sqlite3"


@pytest.mark.parametrize("each", fields(config.Settings), ids=config.env_name)
def test_every_default_would_be_accepted(each: Any, tmp_path: Path) -> None:
    assert each.metadata["parse"](str(each.default)) == each.default


def test_an_unknown_name_in_the_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"HCPOV_BNID is not a setting\. Known settings: .*HCPOV_BIND"):
        load(tmp_path, HCPOV_BNID="127.0.0.1:8000")


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hcpov.cfg").write_text("HCPOV_BNID = 127.0.0.1:8000\n")
    with pytest.raises(SettingError, match="HCPOV_BNID is not a setting"):
        load(tmp_path)


def test_names_of_other_programs_are_let_be(tmp_path: Path) -> None:
    assert load(tmp_path, HOME="nowhere", BIND="nonsense") == config.Settings(instance=tmp_path)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=rf"^{name} does not fit: (write|use) "):
        load(tmp_path, **{name: value})
    (tmp_path / "hcpov.cfg").write_text(f"{name} = {value}\n")
    with pytest.raises(SettingError, match=rf"^{name} does not fit: (write|use) "):
        load(tmp_path)


def test_every_setting_that_can_be_wrong_is_tried(tmp_path: Path) -> None:
    tried = {each for each in fields(config.Settings) if config.env_name(each) in BAD}
    assert {each.name for each in set(fields(config.Settings)) - tried if each.metadata["parse"] is not str} == {
        "instance"
    }


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "hcpov.cfg").write_text("HCPOV_BIND = 127.0.0.1:8001\nHCPOV_WORKERS = 3\n")
    settings = load(tmp_path, HCPOV_BIND="127.0.0.1:8002")
    assert (settings.bind, settings.workers, settings.strip) == ("127.0.0.1:8002", 3, "staff")
    environ = {"HCPOV_BIND": "127.0.0.1:8002"}
    origins = config.origins(environ, settings)
    assert (origins["HCPOV_BIND"], origins["HCPOV_WORKERS"], origins["HCPOV_STRIP"]) == (
        "environment",
        "hcpov.cfg",
        "default",
    )


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hcpov.cfg").write_bytes(b"HCPOV_SITE_NAME = \xff\n")
    with pytest.raises(SettingError, match=r"hcpov\.cfg cannot be read"):
        load(tmp_path)


def test_an_equals_sign_and_a_percent_sign_are_part_of_a_value(tmp_path: Path) -> None:
    (tmp_path / "hcpov.cfg").write_text("HCPOV_SITE_NAME = a=b 100%\n")
    assert load(tmp_path).site_name == "a=b 100%"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_address_that_a_provider_hands_out_works(scheme: str, tmp_path: Path) -> None:
    settings = load(tmp_path, HCPOV_DATABASE_URL=f"{scheme}://ada@db.example.org/hcpov")
    assert settings.database == "postgresql+psycopg://ada@db.example.org/hcpov"


def test_doctor_names_every_setting_with_where_it_came_from(tmp_path: Path) -> None:
    (tmp_path / "hcpov.cfg").write_text("HCPOV_WORKERS = 3\n")
    answer = doctor(tmp_path, HCPOV_BIND="127.0.0.1:8002")
    assert answer.exit_code == 0
    said = {line.split()[0]: line.split() for line in answer.output.splitlines()}
    assert set(said) >= {config.env_name(each) for each in fields(config.Settings)}
    assert said["HCPOV_BIND"] == ["HCPOV_BIND", "127.0.0.1:8002", "environment"]
    assert said["HCPOV_WORKERS"] == ["HCPOV_WORKERS", "3", "hcpov.cfg"]
    assert said["HCPOV_STRIP"] == ["HCPOV_STRIP", "staff", "default"]


@pytest.mark.parametrize("name", SECRETS)
def test_doctor_shows_no_secret(name: str, tmp_path: Path) -> None:
    answer = doctor(tmp_path, **{name: SECRETS[name]})
    assert answer.exit_code == 0
    assert SECRETS[name] not in answer.output
    assert "hidden-word" not in answer.output
    assert "ada" not in answer.output


def test_a_bad_setting_ends_a_command_in_one_line(tmp_path: Path) -> None:
    answer = doctor(tmp_path, HCPOV_BIND="nowhere")
    assert answer.exit_code == 1
    assert answer.output == "Error: HCPOV_BIND does not fit: write it as host:port, such as 127.0.0.1:8000.\n"
