"""Answers: asked for on a terminal, named when nobody is there, and refused when they could mean something else."""

from pathlib import Path

import pytest

from tests.ops.setup.running import GIVEN, SITE, asked, setup, words

HOSTILE = [
    "pov.example.org\nserver_name evil.example", "pov.example.org;", "pov.example.org{}", '"pov.example.org"',
    "pov.example.org'", "$(reboot).example.org", "${HOME}.example.org", "pov example.org", " pov.example.org", "pov",
    "localhost", "127.0.0.1", "::1", "https://pov.example.org", "pov.example.org/", "pov.example.org:443",
    "*.example.org", "-pov.example.org", "pov-.example.org", "pov..example.org", "pov.example.org.", "../etc/passwd",
    "pov.example.org\0", "pöv.example.org", "POV.example.org", "a" * 64 + ".example.org", "a." * 130 + "org", "",
    "pov.example.123", "#pov.example.org", "pov_x.example.org", "`id`.example.org", "pov.example.org\r",
    "%n.example.org",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda each: repr(each)[:30])
def test_a_site_that_is_no_name_is_refused_with_what_to_write(tmp_path: Path, name: str) -> None:
    said = setup(tmp_path, *words(site=name))
    assert (said.returncode, said.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert said.stderr.startswith("Error: The site's name is one such as pov.example.org")


@pytest.mark.parametrize(
    ("flags", "words_of_it"),
    [
        (["--front", "apache"], "The front is nginx or caddy."),
        (["--front", "nginx; reboot"], "The front is nginx or caddy."),
        (["--email", "ada"], "The address is a plain one, such as ada@example.org."),
        (["--email", "ada@example.org\n}"], "The address is a plain one"),
        (["--email", "--help@example.org"], "The address is a plain one"),
        (["--email", "a b@example.org"], "The address is a plain one"),
        (["--title", "Ours\nHCPOV_BIND = 0.0.0.0:80"], "The title is one line of 1 to 100 characters."),
        (["--title", " "], "The title is one line"),
        (["--title", "a" * 101], "The title is one line"),
        (["--smtp", "mail.example.org"], "HCPOV_SMTP_URL does not fit: write smtp://user:password@host:587"),
        (["--smtp", "smtp://mail.example.org\nHCPOV_BIND=0.0.0.0:80"], "HCPOV_SMTP_URL is one line."),
        (["--smtp", ""], "The relay is smtp://user:password@host:587, or none."),
        (["--instance", "instance"], "A folder is a whole path"),
        (["--instance", "/srv/hcpov/../../etc"], "A folder is a whole path"),
        (["--instance", "/srv/hc pov"], "A folder is a whole path"),
        (["--instance", "/srv/hcpov;"], "A folder is a whole path"),
        (["--instance", "/srv/%h"], "A folder is a whole path"),
        (["--set", "HCPOV_WORKERS"], "Write --set NAME=VALUE"),
        (["--set", "PATH=/tmp"], "Write --set NAME=VALUE"),
        (["--set", "HCPOV_WORKERS=many"], "HCPOV_WORKERS does not fit: write a whole number"),
        (["--set", "HCPOV_BNID=1"], "HCPOV_BNID is not a setting."),
        (["--set", "HCPOV_SITE_URL=http://x.example"], "HCPOV_SITE_URL is not for --set"),
        (["--set", "HCPOV_SERVER_NAME=a\nb"], "HCPOV_SERVER_NAME is one line."),
        (["--set", f"HCPOV_SECRET_KEY={'a' * 40}"], "HCPOV_SECRET_KEY has only 1 different characters."),
    ],
    ids=lambda each: repr(each)[:40],
)
def test_other_answers_are_refused_too(tmp_path: Path, flags: list[str], words_of_it: str) -> None:
    said = setup(tmp_path, *words(), *flags)
    assert (said.returncode, said.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert said.stderr.startswith(f"Error: {words_of_it}")


def test_nobody_to_ask_is_told_with_the_flags_that_are_missing(tmp_path: Path) -> None:
    said = setup(tmp_path)
    assert (said.returncode, list(tmp_path.iterdir())) == (1, [])
    assert said.stderr == (
        "Error: Nobody is there to be asked. Missing: --site NAME; --email ADDRESS; --front nginx|caddy; "
        "--smtp URL, or --smtp none; --litestream or --no-litestream.\n"
    )
    said = setup(tmp_path, *words(front=None))
    assert said.stderr == "Error: Nobody is there to be asked. Missing: --front nginx|caddy.\n"


def test_on_a_terminal_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    typed = ["https://" + SITE, SITE, "ada@example.org", "apache", "caddy", GIVEN["--smtp"], "y", "y"]
    ended, shown = asked(tmp_path, typed)
    assert ended == 0, shown
    assert shown.count("The site's name on the net") == 2 and "no https://" in shown
    assert shown.count("In front: ") == 2 and "The front is nginx or caddy." in shown
    assert "hidden-word" not in shown
    assert "Go on? [Y/n]: " in shown
    cfg = (tmp_path / "srv/hcpov/instance/hcpov.cfg").read_text()
    assert f"HCPOV_SITE_URL = https://{SITE}\n" in cfg and f"HCPOV_SMTP_URL = {GIVEN['--smtp']}\n" in cfg
    assert (tmp_path / "srv/hcpov/instance/litestream.yml").exists()
    ended, shown = asked(tmp_path, [])
    assert ended == 0 and "Nothing was changed." in shown and "?" not in shown


def test_who_does_not_want_to_go_on_changes_nothing(tmp_path: Path) -> None:
    ended, shown = asked(tmp_path, ["n"], *words())
    assert (ended, list(tmp_path.iterdir())) == (1, [])
    assert shown.endswith("Error: Nothing was changed.\n")


def test_without_a_relay_none_is_written_and_nobody_is_asked_again(tmp_path: Path) -> None:
    said = setup(tmp_path, *words(smtp="none"), "--dry-run")
    assert (said.returncode, "SMTP" in said.stdout, '"relay_known": true' in said.stdout) == (0, False, True)
    (tmp_path / "etc/hcpov").mkdir(parents=True)
    (tmp_path / "etc/hcpov/setup.json").write_text('{"answers": {"relay_known": true}, "files": {}}')
    assert setup(tmp_path, *words(smtp=None), "--dry-run").returncode == 0


def test_the_relay_can_come_from_the_environment(tmp_path: Path) -> None:
    said = setup(tmp_path, *words(smtp=None), "--dry-run", HCPOV_SMTP_URL=GIVEN["--smtp"])
    assert (said.returncode, "| HCPOV_SMTP_URL = smtp://…@mail.example.org:587" in said.stdout) == (0, True)


def test_the_machine_itself_needs_root_and_systemd_and_a_place_that_services_see() -> None:
    said = setup(None, *words(), "--code", "/root/hcpov")
    assert said.stderr == (
        "Error: This program is /root/hcpov, which services cannot see. Move it, to /srv/hcpov for example.\n"
    )
    said = setup(None, *words(), "--code", "/srv/hcpov", "--instance", "/home/ada/instance")
    assert said.stderr.startswith("Error: The instance folder is /home/ada/instance, which services cannot see.")


def test_a_record_that_somebody_spoiled_is_told(tmp_path: Path) -> None:
    record = tmp_path / "etc/hcpov/setup.json"
    record.parent.mkdir(parents=True)
    for text in ("{", "[]", '{"answers": 3}'):
        record.write_text(text)
        assert setup(tmp_path).stderr == f"Error: {record} cannot be read. Remove it, and answer again.\n"
    record.write_text('{"answers": {"site": "x; include /etc/shadow"}}')
    assert setup(tmp_path).stderr.startswith(f"Error: {record} says site: 'x; include /etc/shadow'. The site's name")
