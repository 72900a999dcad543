"""What a setup says and does below a folder: dry runs, second runs, other answers, a person's own changes."""

import json
import shutil
import stat
from pathlib import Path

import pytest

from hcpov.blog.machines import cards
from tests.ops.setup.running import RELAY, SITE, setup, tree, words

INSTANCE = "srv/hcpov/instance"
SITE_FILE = "etc/nginx/sites-available/hcpov"


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was set up, for nobody to change."""
    root = tmp_path_factory.mktemp("machine")
    said = setup(root, *words())
    assert (said.returncode, said.stderr) == (0, "")
    return root


@pytest.fixture
def done(once: Path, tmp_path: Path) -> Path:
    """A folder that was set up."""
    return shutil.copytree(once, tmp_path / "machine", symlinks=True)


def test_a_dry_run_shows_every_file_and_changes_nothing(tmp_path: Path) -> None:
    said = setup(tmp_path, *words(), "--dry-run", "--litestream")
    assert (said.returncode, said.stderr, list(tmp_path.iterdir())) == (0, "", [])
    for line in (
        "| ExecStart=/srv/hcpov/.venv/bin/python -m hcpov.cli serve --web-only",
        "| NoNewPrivileges=yes",
        f"|     server_name {SITE};",
        f"| HCPOV_SITE_URL = https://{SITE}",
        "| set $pov_build ",
        "|       # On another disk at least",
        "left out a certificate for pov.health.test, renewed by certbot's own timer: certbot certonly --webroot ",
    ):
        assert line in said.stdout
    assert "hidden-word" not in said.stdout and "smtp://…@mail.example.org:587" in said.stdout
    assert said.stdout.endswith("Nothing was changed.\n")


def test_what_is_set_up_has_the_right_modes(done: Path) -> None:
    instance = done / INSTANCE
    assert stat.S_IMODE(instance.stat().st_mode) == 0o710
    private = {"hcpov.cfg", "hcpov.sqlite3", "jobs.sqlite3", "secret-key"}
    found = {each.name: stat.S_IMODE(each.stat().st_mode) for each in instance.iterdir() if each.is_file()}
    assert {found[each] for each in private} == {0o600}
    assert not [name for name, mode in found.items() if mode & 0o077]
    assert stat.S_IMODE((instance / "pages").stat().st_mode) == 0o755
    assert f"HCPOV_SMTP_URL = {RELAY}\n" in (instance / "hcpov.cfg").read_text()
    assert stat.S_IMODE((done / "usr/local/bin/hcpov").stat().st_mode) == 0o755


def test_a_second_run_changes_nothing(done: Path) -> None:
    before = tree(done)
    said = setup(done)  # it remembers what was answered
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.endswith("Nothing was changed.\n")
    assert not [line for line in said.stdout.splitlines()[1:-2] if not line.startswith("  left out ")]
    assert tree(done) == before


def test_another_answer_changes_what_follows_from_it_and_no_more(done: Path) -> None:
    before = tree(done)
    said = setup(done, "--site", "other.health.test", "--set", "HCPOV_WORKERS=4")
    assert (said.returncode, said.stderr) == (0, "")
    after = tree(done)
    changed = {path for path in after if after[path] != before.get(path)}
    assert {"etc/hcpov/setup.json", SITE_FILE, f"{INSTANCE}/hcpov.cfg"} == {
        each for each in changed if not each.startswith(f"{INSTANCE}/pages/")
    }
    assert after.keys() == before.keys()
    text = after[f"{INSTANCE}/hcpov.cfg"][1].decode()
    assert "HCPOV_SITE_URL = https://other.health.test\n" in text and "HCPOV_WORKERS = 4\n" in text
    assert text.count("HCPOV_SITE_URL") == 1


def test_what_a_person_wrote_into_the_settings_stays(done: Path) -> None:
    cfg = done / INSTANCE / "hcpov.cfg"
    cfg.write_text("# mine\nHCPOV_WORKERS = 3\nHCPOV_PROXIES=2\nHCPOV_SITE_NAME = Ours; all of it\n")
    said = setup(done)
    assert (said.returncode, "change   /srv/hcpov/instance/hcpov.cfg" in said.stdout) == (0, True)
    assert cfg.read_text() == (
        "# mine\nHCPOV_WORKERS = 3\nHCPOV_PROXIES = 1\nHCPOV_SITE_NAME = Ours; all of it\n"
        f"HCPOV_SITE_URL = https://{SITE}\n"
    )
    assert stat.S_IMODE(cfg.stat().st_mode) == 0o600


def test_a_file_that_a_person_changed_is_kept_beside_and_only_when_told(done: Path) -> None:
    site, unit = done / SITE_FILE, done / "etc/systemd/system/hcpov-web.service"
    own = site.read_text() + "# mine\n"
    site.write_text(own)
    unit.write_text("[Service]\nExecStart=/bin/mine\n")
    before = tree(done)
    refused = setup(done)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: Somebody changed a file that would be replaced. Say --yes to go on.")
    assert "which setup did not write: the old one stays beside it as .bak" in refused.stdout
    assert tree(done) == before
    assert setup(done, "--yes").returncode == 0
    (kept,) = site.parent.glob("hcpov.*.bak")
    assert kept.read_text() == own
    assert [each.read_text() for each in unit.parent.glob("*.bak")] == ["[Service]\nExecStart=/bin/mine\n"]
    assert list((done / "etc/nginx/sites-enabled").iterdir()) == [done / "etc/nginx/sites-enabled/hcpov"]
    assert "# mine" not in site.read_text()
    again = tree(done)
    assert setup(done).stdout.endswith("Nothing was changed.\n")
    assert tree(done) == again


def test_what_setup_wrote_itself_is_replaced_without_a_word(done: Path) -> None:
    """The files of an older version are known by what was remembered of them."""
    unit, record = done / "etc/systemd/system/hcpov-web.service", done / "etc/hcpov/setup.json"
    (old,) = json.loads(record.read_text())["files"]["/etc/systemd/system/hcpov-web.service"]
    assert setup(done, "--one").returncode == 0
    assert "hcpov.cli serve\n" in unit.read_text() and "MemoryMax=900M" in unit.read_text()
    marks = json.loads(record.read_text())["files"]["/etc/systemd/system/hcpov-web.service"]
    assert (len(marks), marks[0]) == (2, old)
    assert setup(done, "--two").returncode == 0
    assert list(unit.parent.glob("*.bak")) == []


def test_copies_that_a_person_leads_elsewhere_stay(done: Path) -> None:
    assert setup(done, "--litestream").returncode == 0
    file = done / INSTANCE / "litestream.yml"
    assert "path: ${HCPOV_INSTANCE}/litestream" in file.read_text()
    file.write_text("# elsewhere\n")
    assert setup(done).returncode == 0
    assert file.read_text() == "# elsewhere\n"


def test_files_that_are_open_to_others_are_closed_and_it_is_said(done: Path) -> None:
    for name in ("secret-key", "hcpov.sqlite3", "hcpov.cfg"):
        (done / INSTANCE / name).chmod(0o644)
    said = setup(done)
    assert "close    hcpov.sqlite3, secret-key: open to others (0600 hcpov:hcpov)" in said.stdout
    assert "close    /srv/hcpov/instance/hcpov.cfg (0600 hcpov:hcpov)" in said.stdout
    modes = {each.stat().st_mode & 0o777 for each in (done / INSTANCE).iterdir() if each.is_file()}
    assert modes == {0o600}


def test_a_link_in_the_place_of_a_file_is_not_followed(done: Path, tmp_path: Path) -> None:
    """The instance folder is the services' own: one that was taken over must not make root write elsewhere."""
    victim = tmp_path / "victim"
    victim.write_text("HCPOV_WORKERS = 2\n")
    victim.chmod(0o644)
    cfg, key = done / INSTANCE / "hcpov.cfg", done / INSTANCE / "secret-key"
    cfg.unlink()
    cfg.symlink_to(victim)
    key.rename(key.with_name("kept"))
    key.symlink_to(victim)
    assert setup(done).returncode == 0
    assert (victim.read_text(), victim.stat().st_mode & 0o777) == ("HCPOV_WORKERS = 2\n", 0o644)
    assert not cfg.is_symlink() and "HCPOV_SITE_URL" in cfg.read_text()


def test_the_first_half_of_the_site_waits_for_the_certificate(done: Path) -> None:
    site = done / SITE_FILE
    assert "listen 443" not in site.read_text() and "acme-challenge" in site.read_text()
    there = done / "etc/letsencrypt/live" / SITE
    there.mkdir(parents=True)
    (there / "fullchain.pem").touch()
    said = setup(done)
    assert (said.returncode, "a certificate for" in said.stdout) == (0, False)
    assert f"ssl_certificate /etc/letsencrypt/live/{SITE}/fullchain.pem;" in site.read_text()
    assert "root /srv/hcpov/instance/pages;" in site.read_text() and "example.org" not in site.read_text()
    assert list(site.parent.glob("*.bak")) == []


def test_the_order_lets_each_step_find_what_it_needs(tmp_path: Path) -> None:
    said = setup(tmp_path, *words(), "--dry-run").stdout
    said = "\n".join(line for line in said.splitlines() if not line.startswith("    | "))
    order = [
        "/etc/hcpov/setup.json", "Debian's packages", "system user", "folder   /srv/hcpov/instance", "hcpov.cfg",
        "the secret that signs", "hcpov-web.service", "systemd reads", "start hcpov-web", "nginx-headers.conf",
        "sites-available/hcpov (", "nginx looks", "nginx serves", "a certificate for",
    ]  # fmt: skip
    at = [said.index(each) for each in order]
    assert at == sorted(at)


def test_caddy_gets_its_file_and_no_other(tmp_path: Path) -> None:
    assert setup(tmp_path, *words(front="caddy")).returncode == 0  # the database too
    text = (tmp_path / "etc/caddy/Caddyfile").read_text()
    assert f"\n{SITE} {{\n\treverse_proxy 127.0.0.1:8000 {{" in text and "\temail ada@example.org\n" in text
    assert not (tmp_path / "etc/nginx").exists()
    assert stat.S_IMODE((tmp_path / INSTANCE).stat().st_mode) == 0o700
    other = setup(tmp_path, "--front", "nginx")
    assert (other.returncode, "caddy is in front of this site. Stop it first" in other.stderr) == (1, True)


@pytest.mark.parametrize("front", ["nginx", "caddy"])
def test_the_fonts_of_the_cards_are_installed(tmp_path: Path, front: str) -> None:
    """Both packages are asked for, and each brings the first font that cards look for."""
    packages = ["fonts-dejavu-core", "fonts-liberation"]
    brought = tmp_path / "usr/share/fonts/truetype"
    for folder, font in (("dejavu", cards._SERIF[0]), ("liberation", cards._SANS[0])):
        said = setup(tmp_path, *words(front=front), "--dry-run").stdout
        (line,) = (each for each in said.splitlines() if "Debian's packages: " in each)
        assert [each for each in packages if each in line.replace(",", "").split()] == packages
        (brought / folder).mkdir(parents=True)
        (brought / folder / font).touch()
        packages = packages[1:]
    said = setup(tmp_path, *words(front=front), "--dry-run").stdout
    assert "fonts-" not in "".join(each for each in said.splitlines() if "Debian's packages: " in each)


def test_the_address_that_the_server_listens_on_is_the_fronts_too(tmp_path: Path) -> None:
    assert setup(tmp_path, *words(), "--set", "HCPOV_BIND=127.0.0.1:8123").returncode == 0
    assert "server 127.0.0.1:8123;" in (tmp_path / SITE_FILE).read_text()
