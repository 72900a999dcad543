"""What `hcpov setup` writes, served for real: the services' own command lines, its sites, over TLS on loopback.

As root the site runs as nobody in particular, without any right, and nginx as www-data, as on a real machine.
"""

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from hcpov.config import Settings
from hcpov.web import headers
from tests.deploy import fronts
from tests.deploy.asking import ask
from tests.deploy.fronts import NAME
from tests.deploy.test_caddy import caddy_says
from tests.live import SECONDS, answers, free_port, wait_until
from tests.ops.setup.running import GIVEN, setup

INSTANCE = "srv/hcpov/instance"
SOMEBODY = 61_234  # a number that no user of this machine has
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONPATH": sysconfig.get_path("purelib")}
AS_ROOT = os.geteuid() == 0
RIGHTS = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
DENY_WRITE_EXECUTE = 65  # prctl(2): PR_SET_MDWE, which systemd uses for MemoryDenyWriteExecute where the kernel has it


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that stands for the machine, with a certificate for the site. Other users may walk through it."""
    if AS_ROOT and not interpreter():
        pytest.skip("Python lies where other users cannot reach it")
    folder = Path(tempfile.mkdtemp(prefix="hcpov-machine-"))
    folder.chmod(0o711)
    certificates = folder / "etc/letsencrypt/live" / NAME
    certificates.mkdir(parents=True)
    fronts.certify(certificates)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def made(root: Path, front: str) -> int:
    """Sets the folder up, and returns the port that the site listens on."""
    port = free_port()
    given = {**GIVEN, "--site": NAME, "--front": front, "--smtp": "none", "--set": f"HCPOV_BIND=127.0.0.1:{port}"}
    words = [word for each in given.items() for word in each]
    said = setup(root, *words, "--no-litestream", code=("--instance", f"/{INSTANCE}"))
    assert (said.returncode, said.stderr) == (0, "")
    if AS_ROOT:
        group = 33 if front == "nginx" else SOMEBODY  # www-data has this number on every Debian
        for path in (root / INSTANCE).rglob("*"):
            os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)
        os.chown(root / INSTANCE, SOMEBODY, group)
    return port


def as_user(number: int) -> list[str]:
    """Returns what makes a command that of another user, as systemd does."""
    return ["setpriv", f"--reuid={number}", f"--regid={number}", *RIGHTS, "--"]


@cache
def interpreter() -> str:
    """Returns a Python that other users can start again and again; this one may lie in a home. Empty without one."""
    again = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    # Only the second start is without the rights that the first one drops.
    code = f"import os, sys; os.execv(sys.executable, [sys.executable, '-c', {again!r}])"
    for each in (sys.executable, "/usr/bin/python3"):
        words = [*as_user(SOMEBODY), each, "-c", code]
        if Path(each).exists() and not subprocess.run(words, capture_output=True, check=False).returncode:
            return each
    return ""


@contextmanager
def running(root: Path, port: int, service: str = "hcpov-web") -> Iterator[None]:
    """Runs a service as its unit says, as far as that can be had without systemd."""
    unit = (root / f"etc/systemd/system/{service}.service").read_text()
    line, folder = (re.search(rf"^{each}=(.*)$", unit, re.MULTILINE) for each in ("ExecStart", "WorkingDirectory"))
    assert line and folder
    assert f"Environment=HCPOV_INSTANCE=/{INSTANCE}\n" in unit
    words = shlex.split(line[1])
    if AS_ROOT:
        words = [*as_user(SOMEBODY), interpreter(), *words[1:]]
    log = root / f"{service}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            words,
            cwd=folder[1],
            env=ENVIRONMENT | {"HCPOV_INSTANCE": str(root / INSTANCE)},
            stdout=out,
            stderr=out,
            umask=0o077,
            preexec_fn=_deny_write_execute,
        )
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, 4 * SECONDS)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def _deny_write_execute() -> None:
    ctypes.CDLL(None).prctl(DENY_WRITE_EXECUTE, 1, 0, 0, 0)  # an older kernel says no, and systemd has another way


@contextmanager
def nginx(root: Path) -> Iterator[str]:
    """Runs nginx on the site that was written, with other ports and in this folder, and yields its address over TLS."""
    folder, http, https, plain = root / "etc/nginx", *(f"127.0.0.1:{free_port()}" for _ in range(3))
    site = fronts.changed(
        (folder / "sites-available/hcpov").read_text(),
        {
            "listen 80;": f"listen {http};",
            "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen {https} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "/etc/letsencrypt": f"{root}/etc/letsencrypt",
            f"/{INSTANCE}": f"{root}/{INSTANCE}",
        },
    )
    (folder / "hcpov.conf").write_text(site)
    port = plain.rpartition(":")[2]
    user = "user www-data;" if AS_ROOT else ""
    around = fronts.AROUND.format(
        user=user, brotli=fronts.BROTLI, workers=1, port=port, root=root / INSTANCE / "pages", more="", beside=""
    )
    (folder / "nginx.conf").write_text(around)
    tried = subprocess.run(fronts.command(folder, "-t", "-q"), capture_output=True, text=True, check=False)
    assert (tried.returncode, tried.stderr) == (0, "")
    written = fronts.Nginx(folder, root, f"http://{plain}", f"http://{http}", f"https://{https}")
    with fronts.running_nginx(written) as found:
        yield found.https


def test_nginx_serves_what_was_set_up(root: Path) -> None:
    port = made(root, "nginx")
    with nginx(root) as address:
        with running(root, port):
            answer = ask(address, "/")
            assert (answer.status, b"<html" in answer.body) == (200, True)
            wanted = headers.protecting(Settings(site_url=f"https://{NAME}"))
            assert [answer.all(name.lower()) for name, _ in wanted] == [[value] for _, value in wanted]
            assert answer.all("strict-transport-security") == ["max-age=63072000"]
            kept = root / INSTANCE / "pages" / "site" / headers.build(Settings(site_url=f"https://{NAME}"))
            wait_until(lambda: (kept / "@index.html.br").exists())
        assert ask(address, "/", {"Accept-Encoding": "br"}).status == 200  # nginx reads the page by itself
        assert ask(address, "/blogs/").status == 503
    open_to_others = [
        path.name
        for path in (root / INSTANCE).rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and "pages" not in path.parts
    ]
    assert open_to_others == []


@pytest.mark.skipif(not AS_ROOT, reason="only root can be others")
def test_nginxs_user_reads_pages_and_nothing_else(root: Path) -> None:
    port, instance = made(root, "nginx"), root / INSTANCE
    with running(root, port):
        ask(f"http://127.0.0.1:{port}", "/", {"Host": NAME, "X-Forwarded-Proto": "https"})
        wait_until(lambda: bool(list(instance.glob("pages/site/*/@index.html"))))
    (page,) = instance.glob("pages/site/*/@index.html")

    def can(*words: str) -> bool:
        return subprocess.run([*as_user(33), *words], capture_output=True, check=False).returncode == 0

    assert can("cat", str(page))
    assert can("cat", str(instance / "pages/static/css/pov.css"))
    for name in (
        "hcpov.sqlite3",
        "hcpov.sqlite3-wal",
        "hcpov.cfg",
        "secret-key",
        "jobs.sqlite3",
        "pages/index.sqlite3",
    ):
        assert not can("cat", str(instance / name)), name
    assert not can("ls", str(instance))
    assert not can("touch", str(page))
    stranger = [*as_user(SOMEBODY + 1), "cat", str(page)]
    assert subprocess.run(stranger, capture_output=True, check=False).returncode != 0


def test_one_service_does_all(root: Path) -> None:
    port = made(root, "nginx")
    assert setup(root, "--one", code=()).returncode == 0
    with running(root, port):
        wait_until(lambda: "The worker does" in (root / "hcpov-web.log").read_text())


def test_caddy_takes_its_file_and_serves_what_was_set_up(root: Path, tmp_path: Path) -> None:
    port, file = made(root, "caddy"), root / "etc/caddy/Caddyfile"
    ended, said = caddy_says(tmp_path, "validate", "--adapter", "caddyfile", "--config", str(file))
    assert (ended, '"warn"' in said, '"error"' in said) == (0, False, False), said
    assert caddy_says(tmp_path, "fmt", str(file)) == (0, file.read_text())
    where, certificates = free_port(), root / "etc/letsencrypt/live" / NAME
    files = [str(certificates / each) for each in ("fullchain.pem", "privkey.pem")]
    text = fronts.changed(
        file.read_text(),
        {
            "{\n\temail ": "{\n\tadmin off\n\tauto_https disable_redirects\n\temail ",
            f"\n{NAME} {{": f"\nhttps://{NAME}:{where} {{\n\ttls {' '.join(files)}",
        },
    )
    own = tmp_path / "Caddyfile"
    own.write_text(text)
    words = [str(fronts.CADDY), "run", "--adapter", "caddyfile", "--config", str(own)]
    with running(root, port), fronts.started(words, tmp_path, f"https://127.0.0.1:{where}"):
        answer = _by_name(where, certificates / "fullchain.pem")
    assert answer[0] == 200
    assert answer[1]["Strict-Transport-Security"] == "max-age=63072000"
    assert answer[1]["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self' https://cdn.")


def _by_name(port: int, trusted: Path) -> tuple[int, dict[str, str]]:
    """Asks for the home page by the site's name, so that its certificate is looked at too."""
    script = ["curl", "--silent", "--fail", "--cacert", str(trusted), "--resolve", f"{NAME}:{port}:127.0.0.1"]
    done = subprocess.run([*script, "--head", f"https://{NAME}:{port}/"], capture_output=True, text=True, check=False)
    first, *lines = done.stdout.splitlines() or ["none 0"]
    found = dict(line.split(": ", 1) for line in lines if ": " in line)
    return int(first.split()[1]), {name.title().replace("Www", "WWW"): value for name, value in found.items()}
