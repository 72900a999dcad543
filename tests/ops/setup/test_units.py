"""The services as systemd reads them, without a machine that runs it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hcpov.config import ROOT
from hcpov.serving import keeper
from tests.ops.setup.running import setup, words

UNITS = Path("/usr/lib/systemd/system")
SERVICES = ("hcpov-web", "hcpov-worker", "hcpov-litestream")
MOST = 1.5  # exposure by systemd's own count: 0 is a service that can do nothing, 9.6 one without any of these lines


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what setup writes, and what systemd needs around it."""
    if shutil.which("systemd-analyze") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("these tests need systemd-analyze")
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree(UNITS, root / "usr/lib/systemd/system", symlinks=True)
    for name in ("python", "litestream"):
        place = root / "srv/hcpov/.venv/bin" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy("/bin/true", place)
    (root / "bin").mkdir()
    shutil.copy("/bin/kill", root / "bin/kill")
    said = setup(root, *words(), "--litestream")
    assert (said.returncode, said.stderr) == (0, "")
    return root


def analyze(root: Path, *asked: str) -> tuple[int, str]:
    """Returns how systemd-analyze ended, and what it wrote."""
    done = subprocess.run(["systemd-analyze", *asked, f"--root={root}"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_systemd_takes_them_without_a_word(machine: Path) -> None:
    assert analyze(machine, "verify", *(f"{each}.service" for each in SERVICES)) == (0, "")


def test_a_line_that_systemd_does_not_know_would_be_told(machine: Path, tmp_path: Path) -> None:
    root = shutil.copytree(machine, tmp_path / "machine", symlinks=True)
    hardened = root / "etc/systemd/system/hcpov-.service.d/hardened.conf"
    hardened.write_text(hardened.read_text().replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"))
    assert "Unknown key 'NoNewPrivilege'" in analyze(root, "verify", "hcpov-web.service")[1]


@pytest.mark.parametrize("service", SERVICES)
def test_they_may_do_little(machine: Path, service: str) -> None:
    ended, said = analyze(machine, "security", "--offline=true", f"--threshold={MOST * 10:.0f}", f"{service}.service")
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert ended == 0 and found and float(found[1]) <= MOST, said
    lacking = {line.split()[1].rstrip("=") for line in said.splitlines() if line.startswith("✗")}
    # They speak to readers and relays, on addresses that nobody knows before.
    net = {
        "PrivateNetwork",
        "IPAddressDeny",
        "RestrictAddressFamilies=~AF_(INET|INET6)",
        "RestrictAddressFamilies=~AF_UNIX",
    }
    # A clock's device is systemd's own exception; some machines that are rented have no user namespaces.
    assert lacking - net == {"PrivateUsers", "DeviceAllow", "RootDirectory=/RootImage", "SystemCallFilter=~@resources"}


def test_what_a_person_reads_of_them_is_there(machine: Path) -> None:
    web = (machine / "etc/systemd/system/hcpov-web.service").read_text()
    for line in (
        "User=hcpov",
        "Restart=always",
        "ReadWritePaths=/srv/hcpov/instance",
        "MemoryMax=640M",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "ExecStart=/srv/hcpov/.venv/bin/python -m hcpov.cli serve --web-only",
    ):
        assert f"\n{line}\n" in web
    hardened = (machine / "etc/systemd/system/hcpov-.service.d/hardened.conf").read_text()
    for line in ("NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=strict", "ProtectHome=yes", "UMask=0077"):
        assert f"\n{line}\n" in hardened


def test_the_command_of_the_machine_is_a_script_that_shells_read(machine: Path) -> None:
    script = machine / "usr/local/bin/hcpov"
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert "HCPOV_INSTANCE=/srv/hcpov/instance" in script.read_text()
    assert "/srv/hcpov/.venv/bin/hcpov\n" in script.read_text()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_the_services_stop_later_than_their_processes(name: str) -> None:
    unit = (ROOT / f"deploy/hcpov-{name}.service").read_text(encoding="utf-8")
    found = re.search(r"TimeoutStopSec=([0-9]+)", unit)
    assert found and int(found[1]) > keeper.STOP
