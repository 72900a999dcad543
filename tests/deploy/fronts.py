"""nginx and Caddy as a VPS runs them, on ports of loopback: the shipped files, with as little changed as can be."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hcpov.config import ROOT, Settings
from hcpov.web import headers
from tests.live import SECONDS, answers, free_port, wait_until

DEPLOY = ROOT / "deploy"
NAME = "pov.example.org"
BEHIND_A_FRONT = Settings(site_url=f"https://{NAME}", proxies=1)
SITE = f"site/{headers.build(BEHIND_A_FRONT)}"
NGINX = Path("/usr/sbin/nginx")
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
CADDY = Path("/usr/bin/caddy")
PROMTOOL = Path("/usr/bin/promtool")

# What Debian's own nginx.conf says, as far as a site can feel it.
AROUND = """
{user}
load_module {brotli};
worker_processes {workers};
daemon off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    gzip on;
    access_log access.log;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    scgi_temp_path temporary;
    uwsgi_temp_path temporary;
    include hcpov.conf;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        include snippets/nginx-pov.conf;
        {more}
    }}
    {beside}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Where nginx listens: the shipped `http` and `https`; `plain` has their locations on files made by hand."""

    folder: Path
    root: Path
    plain: str
    http: str
    https: str
    pid: int = 0


def changed(text: str, changes: Mapping[str, str]) -> str:
    """Returns `text` with what a machine changes; each must be there to be changed."""
    for old, new in changes.items():
        assert old in text, f"deploy/ has no {old} that could be changed"
        text = text.replace(old, new)
    return text


def write_nginx(
    folder: Path,
    pages: Path,
    application: str,
    root: Path,
    workers: int = 1,
    more: str = "",
    beside: str = "",
    settings: Settings = BEHIND_A_FRONT,
) -> Nginx:
    """Writes nginx's folder: the shipped site on `pages`, and a plain server on `root`, in front of `application`.

    `more` stands in the plain server and `beside` beside it; `settings` are those of the application.
    """
    plain, http, https = (f"127.0.0.1:{free_port()}" for _ in range(3))
    certify(folder)
    (folder / "snippets").mkdir()
    (folder / "snippets" / "nginx-pov.conf").symlink_to(DEPLOY / "nginx-pov.conf")
    (folder / "snippets" / "nginx-headers.conf").write_text(headers.nginx(settings), encoding="utf-8")
    site = changed(
        (DEPLOY / "nginx.conf").read_text(encoding="utf-8"),
        {
            "listen 80;": f"listen {http};",
            "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen {https} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "server 127.0.0.1:8000;": f"server {application.removeprefix('http://')};",
            f"/etc/letsencrypt/live/{NAME}": str(folder),
            "/srv/hcpov/instance/pages": str(pages),
            "/var/www/html": str(folder / "www"),
        },
    )
    (folder / "hcpov.conf").write_text(site, encoding="utf-8")
    user = "user root root;" if os.geteuid() == 0 else ""  # the tests' folders are open to their owner only
    around = AROUND.format(
        user=user, brotli=BROTLI, workers=workers, port=plain.rpartition(":")[2], root=root, more=more, beside=beside
    )
    (folder / "nginx.conf").write_text(around, encoding="utf-8")
    return Nginx(folder, root, f"http://{plain}", f"http://{http}", f"https://{https}")


def command(folder: Path, *options: str) -> list[str]:
    """Returns how nginx is run in a folder."""
    return [str(NGINX), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf"), *options]


@contextmanager
def running_nginx(written: Nginx) -> Iterator[Nginx]:
    """Runs nginx in a folder that was written for it."""
    with started(command(written.folder), written.folder, written.plain) as pid:
        yield replace(written, pid=pid)


@contextmanager
def running_caddy(folder: Path, application: str) -> Iterator[str]:
    """Runs Caddy with the shipped file, on plain HTTP, and yields its address."""
    address = f"http://127.0.0.1:{free_port()}"
    site = changed(
        (DEPLOY / "Caddyfile").read_text(encoding="utf-8"),
        {f"\n{NAME} {{": f"\n{address} {{", "127.0.0.1:8000 {": f"{application.removeprefix('http://')} {{"},
    )
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site, encoding="utf-8")
    options = ["run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with started([str(CADDY), *options], folder, address):
        yield address


def caddy_environment(folder: Path) -> dict[str, str]:
    """Returns an environment in which Caddy keeps what it keeps in a folder."""
    return dict(os.environ) | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


@contextmanager
def started(words: list[str], folder: Path, address: str) -> Iterator[int]:
    """Runs a server in a folder until it listens at an address, and yields its number."""
    with (folder / "said").open("wb") as out:
        process = subprocess.Popen(words, cwd=folder, env=caddy_environment(folder), stdout=out, stderr=out)
    try:
        port = int(address.rpartition(":")[2])
        wait_until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "said").read_text(encoding="utf-8")
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def certify(folder: Path) -> None:
    """Writes fullchain.pem and privkey.pem: a certificate for NAME that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    began = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began - timedelta(days=1))
        .not_valid_after(began + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, kind, serialization.NoEncryption()))
