"""The secret that signs: made for a first look, asked for where others can reach the site."""

import secrets
from pathlib import Path

import pytest

from hcpov import signing
from hcpov.config import SettingError, Settings
from tests.transfer.test_cli import hcpov

GOOD = "9c1f0e6b7d2a4835f0b1c2d3e4a59687"
WEAK = {
    "0123456789012345678901234567890123456789": "different|over and over|as examples do",
    "a" * 64: "only 1 different",
    "abababababababababababababababababababab": "only 2 different",
    "kitchen-table-kitchen-table-kitchen-table": "over and over",
    "Kx7dQz1p" * 4 + "Kx7": "over and over",
    "changeme-changed-me-or-change-it-later": "as examples do",
    "My-Very-Long-Secret-Key-For-This-One-Site": "as examples do",
    "the password that I always take, as usual": "as examples do",
}


def public(folder: Path, **given: str) -> Settings:
    return Settings(instance=folder, site_url="https://pov.example.org", **given)  # type: ignore[arg-type]


def test_a_first_look_makes_what_it_needs_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "new")
    made = signing.key(settings)
    assert len(made) == 64
    assert signing.key(settings) == made
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["secret-key"]


def test_a_secret_that_is_given_is_used(tmp_path: Path) -> None:
    for settings in (Settings(instance=tmp_path, secret_key=GOOD), public(tmp_path, secret_key=GOOD)):
        assert signing.key(settings) == GOOD
        assert signing.make(settings) == GOOD
    assert list(tmp_path.iterdir()) == []


def test_a_site_for_others_makes_none_by_itself(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no secret to sign with.*secret-key\. Run `hcpov setup`"):
        signing.key(public(tmp_path))
    assert list(tmp_path.iterdir()) == []
    made = signing.make(public(tmp_path))
    assert signing.key(public(tmp_path)) == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    signing.make(public(tmp_path))
    (tmp_path / "secret-key").chmod(mode)
    with pytest.raises(SettingError, match=r"Run: chmod 600 .*secret-key\. If somebody may have read it, remove it"):
        signing.key(public(tmp_path))
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == mode
    assert signing.key(Settings(instance=tmp_path))


@pytest.mark.parametrize(("secret", "why"), WEAK.items())
def test_a_weak_secret_is_refused_with_why_and_how_to_make_one(tmp_path: Path, secret: str, why: str) -> None:
    for settings in (public(tmp_path, secret_key=secret), public(tmp_path, secret_key=GOOD, old_secret_keys=secret)):
        if " " in settings.old_secret_keys:
            continue
        with pytest.raises(SettingError, match=rf"SECRET_KEYS?\b.*(?:{why}).*Make a new one: python3 -c") as found:
            signing.key(settings)
        assert secret not in str(found.value)
    (tmp_path / "secret-key").write_text(secret)
    (tmp_path / "secret-key").chmod(0o600)
    with pytest.raises(SettingError, match=why):
        signing.key(public(tmp_path))
    assert signing.key(Settings(instance=tmp_path, secret_key=secret)) == secret


def test_what_chance_makes_is_never_weak() -> None:
    made = [each(size) for each, size in ((secrets.token_hex, 16), (secrets.token_urlsafe, 24)) for _ in range(2000)]
    assert {signing.weakness(each) for each in made} == {""}
    assert signing.weakness("a secret of many words, as people like them") == ""


def test_serve_refuses_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "hcpov.cfg").write_text("HCPOV_SITE_URL = https://pov.example.org\n")
    for words in (["serve"], ["worker"], ["demo"]):
        done = hcpov(tmp_path, *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"Error: There is no secret to sign with: neither HCPOV_SECRET_KEY nor {tmp_path}/secret-key. "
            "Run `hcpov setup`, which makes one.\n"
        )
    assert not (tmp_path / "hcpov.sqlite3").exists()
    assert hcpov(tmp_path, "setup", "--here").returncode == 0
    assert hcpov(tmp_path, "demo").returncode == 0


def test_what_is_stored_is_its_owners_alone(tmp_path: Path) -> None:
    assert hcpov(tmp_path, "setup", "--here").returncode == 0
    open_to_others = [each.name for each in tmp_path.iterdir() if each.is_file() and each.stat().st_mode & 0o077]
    assert open_to_others == []
    assert {"hcpov.sqlite3", "jobs.sqlite3"} <= {each.name for each in tmp_path.iterdir()}
