"""What touches the machine: files with their owners, commands, and nginx's headers after an upgrade."""

import os
from pathlib import Path

import pytest

from hcpov.ops.setup import files, machine
from hcpov.ops.setup.headers import write_headers
from hcpov.ops.setup.machine import Machine
from hcpov.ops.setup.refusals import Refused
from hcpov.ops.setup.steps import Link

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@AS_ROOT
def test_a_file_is_its_owners_from_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "hcpov.cfg"
    machine.write(path, "words", 0o600, (61_234, 33))
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777, path.read_text()) == (61_234, 33, 0o600, "words")
    assert list(tmp_path.iterdir()) == [path]


@AS_ROOT
def test_a_link_gets_no_other_owner_and_no_other_mode(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    victim.chmod(0o644)
    (tmp_path / "secret-key").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        machine.keep(tmp_path / "secret-key", 0o600, (61_234, 33))
    assert (victim.stat().st_uid, victim.stat().st_mode & 0o777) == (0, 0o644)


def test_a_command_is_printed_before_it_runs_and_one_that_fails_says_what_to_do(tmp_path: Path) -> None:
    said: list[str] = []
    here = Machine(say=said.append)
    machine.run(here, ("touch", str(tmp_path / "a file")), {}, "", tmp_path)
    assert said == [f"           $ touch '{tmp_path}/a file'"]
    assert (tmp_path / "a file").stat().st_mode & 0o777 == 0o600
    for words, ended in ((("false",), 1), (("no-such-program",), 127)):
        with pytest.raises(Refused) as found:
            machine.run(here, words, {}, "Open port 80.", tmp_path)
        assert str(found.value) == (
            f"{words[0]} ended with {ended}. Open port 80. Then run `hcpov setup` again: it goes on from here."
        )


def test_headers_are_written_anew_only_where_nginx_has_some(tmp_path: Path) -> None:
    here = Machine(tmp_path)
    assert not write_headers("new\n", here)
    assert list(tmp_path.iterdir()) == []
    place = here.at(files.HEADERS)
    machine.write(place, "old\n", 0o644, None)
    assert write_headers("new\n", here)
    assert (place.read_text(), list(place.parent.iterdir())) == ("new\n", [place])
    assert not write_headers("new\n", here)


def test_a_file_in_the_place_of_a_link_is_kept_where_nginx_does_not_read_it(tmp_path: Path) -> None:
    here, enabled = Machine(tmp_path), Path("/etc/nginx/sites-enabled/hcpov")
    machine.write(here.at(enabled), "by hand\n", 0o644, None)
    Link(enabled, Path("/etc/nginx/sites-available/hcpov")).do(here)
    assert here.at(enabled).is_symlink()
    (kept,) = (tmp_path / "etc/nginx").glob("hcpov.*.bak")
    assert kept.read_text() == "by hand\n"
