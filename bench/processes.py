"""What processes cost, read from /proc: memory that is theirs alone or shared out, and time on a core."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """Returns a process and all below it."""
    children: dict[int, list[int]] = {}
    for each in PROC.iterdir():
        if each.name.isdigit() and (fields := _fields(int(each.name))):
            children.setdefault(int(fields[1]), []).append(int(each.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def below(command: str) -> list[int]:
    """Returns this process's child whose command line has these words, and all below it."""
    return next(tree(pid) for pid in tree(os.getpid())[1:] if command in words(pid))


def words(pid: int) -> str:
    """Returns a process's command line."""
    return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def pss(pid: int) -> float:
    """Returns a process's proportional set size in megabytes (of a million bytes)."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def seconds(pids: list[int]) -> float:
    """Returns the seconds that processes spent on a core since they began."""
    return sum(sum(map(int, fields[11:13])) for pid in pids if (fields := _fields(pid))) / TICKS


def _fields(pid: int) -> list[str]:
    """Returns the fields of /proc/PID/stat behind the name, which may hold blanks; none when it has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
