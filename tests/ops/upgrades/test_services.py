"""What is told to systemd: services start what the link points at, and are as before when an upgrade is not."""

from pathlib import Path

import pytest

from hcpov.ops.backups.refusals import Refused
from hcpov.ops.upgrades import services

# As systemd 252 answers `systemctl show`.
SHOWN = (
    "{{ path={python} ; argv[]={python} -m hcpov.cli {words} ; ignore_errors=no ; start_time=[n/a] ; "
    "stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }}"
)


def _systemctl(folder: Path, **starts: str) -> None:
    lines = [f"    {unit}) echo '{shown}' ;;" for unit, shown in starts.items()]
    script = folder / "systemctl"
    script.write_text(
        '#!/bin/bash\necho "$*" >>' + str(folder / "told") + '\n[ "$1" = show ] || exit 0\n'
        "case $3 in *WorkingDirectory) echo /srv/hcpov; exit ;; esac\ncase ${4#hcpov-} in\n"
        + "\n".join(lines)
        + "\nesac\n"
    )
    script.chmod(0o755)


def test_services_follow_the_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(services, "DROP_INS", tmp_path / "system")
    python = "/srv/hcpov/.venv/bin/python"
    web, worker = (SHOWN.format(python=python, words=words) for words in ("serve --web-only", "worker"))
    _systemctl(tmp_path, web=web, worker=worker)
    units = services.active()
    assert units == ("hcpov-web", "hcpov-worker")
    files = services.follow(units, Path("/srv/hcpov/current"))
    assert [file.parent.name for file in files] == ["hcpov-web.service.d", "hcpov-worker.service.d"]
    words = files[0].read_text()
    assert "WorkingDirectory=/srv/hcpov/current\n" in words
    assert "ExecStart=\nExecStart=/srv/hcpov/current/.venv/bin/python -m hcpov.cli serve --web-only\n" in words
    services.forget(files)
    assert not [file for file in files if file.exists()]
    assert (tmp_path / "told").read_text().count("daemon-reload") == 2


def test_a_service_that_starts_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(services, "DROP_INS", tmp_path / "system")
    _systemctl(tmp_path, web="{ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn wsgi:app ; }")
    with pytest.raises(Refused, match="hcpov-web does not start this program"):
        services.follow(("hcpov-web",), Path("/srv/hcpov/current"))
    assert not (tmp_path / "system").exists()


def test_without_systemd_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert services.active() == ()
