"""Servers that are measured: a WSGI application under the settings of `hcpov serve`, and nginx."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hcpov import config
from tests.live import answers, free_port, wait_until

# The file for nginx that a VPS uses, with the place and the port it names. Until there is one, OURS stands for it.
SHIPPED = config.ROOT / "deploy" / "nginx-pages.conf"
SHIPPED_PORT, SHIPPED_INSTANCE = "127.0.0.1:8000", "/var/lib/hcpov"

# What may come from the store, as README's contract of finished pages has it.
MAPS = """
map $request_method $pov_method { GET 1; HEAD 1; default 0; }
map $http_cookie $pov_stranger { "~(?:^|;\\s*)(?:session|receipt|strip)=" 0; default 1; }
map $args $pov_name { "" index; "~^(?:before|after)=[a-z]?[0-9]{1,9}$" $args; default ""; }
map "$pov_method$pov_stranger$http_hx_request@$pov_name" $pov_page {
    "~^11@(?<pov_kept>.+)$" $uri@$pov_kept.html;
    default /@none;
}
"""
OURS = """
    location / {
        root {instance}/pages/site;
        try_files $pov_page @pov;
        types { }
        default_type "text/html; charset=utf-8";
        gzip_static on;
        brotli_static on;
        etag on;
        max_ranges 0;
        add_header Cache-Control "public, no-cache";
        add_header Vary "Accept-Encoding, Cookie";
        add_header Last-Modified "";
{headers}
    }
    location @pov {
        proxy_pass http://pov;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
    }
"""
CONF = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes auto;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{http}
    upstream pov { server {upstream}; keepalive 16; }
    server {
        listen 127.0.0.1:{site};
{locations}
    }
    server {
        listen 127.0.0.1:{plain};
        root {folder}/files;
        gzip_static on;
        brotli_static on;
    }
}
"""


@dataclass(frozen=True)
class Front:
    """nginx as it runs: the site through it, plain files from it, its folder of plain files, its processes."""

    site: str
    plain: str
    files: Path
    pid: int
    shipped: bool


@contextmanager
def granian(target: str, folder: Path, **environment: str) -> Iterator[tuple[str, int]]:
    """Serves what a function makes as `hcpov serve` serves our application; yields its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        str(config.Settings().workers),
        "--blocking-threads",
        "1",
        "--no-ws",
        "--workers-kill-timeout",
        "10",
    ]
    command += ["--factory", target]
    with _running(command, folder / "granian.log", port, os.environ | environment) as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextmanager
def nginx(folder: Path, instance: Path, upstream: str, headers: dict[str, str]) -> Iterator[Front]:
    """Runs nginx in front of the application at `upstream`, beside a server of plain files."""
    site, plain = free_port(), free_port()
    (folder / "files").mkdir(parents=True)
    http, locations = MAPS, OURS
    if SHIPPED.exists():
        text = SHIPPED.read_text(encoding="utf-8")
        http, locations = _parted(text.replace(SHIPPED_INSTANCE, str(instance)).replace(SHIPPED_PORT, upstream))
    said = "".join(f'        add_header {name} "{value}";\n' for name, value in headers.items())
    conf = CONF
    for name, value in {
        "locations": locations,
        "http": http,
        "headers": said,
        "user": "user root;" if os.geteuid() == 0 else "",
        "folder": str(folder),
        "instance": str(instance),
        "upstream": upstream.removeprefix("http://"),
        "site": str(site),
        "plain": str(plain),
    }.items():
        conf = conf.replace(f"{{{name}}}", value)
    (folder / "nginx.conf").write_text(conf, encoding="utf-8")
    command = ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with _running(command, folder / "nginx.log", site, os.environ) as pid:
        addresses = f"http://127.0.0.1:{site}", f"http://127.0.0.1:{plain}"
        yield Front(*addresses, folder / "files", pid, SHIPPED.exists())


def _parted(text: str) -> tuple[str, str]:
    """Returns what the shipped file says outside of `server`, and what inside: blocks of maps first, then the rest."""
    maps = re.findall(r"^map .*?^}\n", text, re.MULTILINE | re.DOTALL)
    for each in maps:
        text = text.replace(each, "")
    return "".join(maps), text


@contextmanager
def _running(command: list[str], log: Path, port: int, environment: dict[str, str]) -> Iterator[int]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=config.ROOT, env=environment, stdout=out, stderr=out)
    try:
        wait_until(lambda: process.poll() is not None or answers(port))
        if process.poll() is not None:
            raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(encoding='utf-8')[-1000:]}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)
