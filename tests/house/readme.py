"""The parts of README.md that follow the code: map, settings, commands. `make readme` writes them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from hcpov.cli import main
from hcpov.config import Settings, env_name
from tests.house.tree import ROOT

README = ROOT / "README.md"
MAP = re.compile(r"(?<=^```text\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
MADE = {"build", "node_modules", "__pycache__", "hcpov.egg-info"}
WIDTH = 20


def written(readme: str) -> str:
    """Returns `readme` with the parts that follow the code as the code has them."""
    readme = MAP.sub(lambda found: "".join(f"{line}\n" for line in map_lines(_said(found[0]))), readme, count=1)
    readme = _with_table(readme, "| make |", make_rows())
    readme = _with_table(readme, "| command |", command_rows())
    return _with_table(readme, "| setting |", setting_rows())


def map_lines(said: dict[str, str]) -> Iterator[str]:
    """Yields one line for each room: what its docstring says, or what `said` has for a room that has none."""
    for path in _rooms(ROOT):
        yield _line(path, "", said)
        if path.name == "hcpov":
            for room in _rooms(path):
                yield _line(room, "  ", said)


def setting_rows() -> Iterator[str]:
    """Yields a row for each setting, in the order of `hcpov/config.py`."""
    for each in fields(Settings):
        default = each.default.relative_to(ROOT) if isinstance(each.default, Path) else each.default
        shown = f"`{default}`" if str(default) else "empty"
        yield f"| `{env_name(each)}` | {shown} | {each.metadata['unit']} | {each.metadata['reason']} |"


def command_rows() -> Iterator[str]:
    """Yields a row for each command that does something, groups walked into."""
    yield from _commands(main, "hcpov")


def make_rows() -> Iterator[str]:
    """Yields a row for each target of the Makefile that has a comment."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name, comment in re.findall(r"^([a-z]+):.*?## (.*)$", makefile, re.MULTILINE):
        yield f"| `make {name}` | {comment} |"


def _rooms(folder: Path) -> list[Path]:
    """Returns what stands in a folder and is kept: neither hidden nor made, and no folder that is empty."""
    found = [path for path in folder.iterdir() if not path.name.startswith((".", "__")) and path.name not in MADE]
    return sorted(
        (path for path in found if path.is_file() or _kept(path)), key=lambda path: (path.is_file(), path.name)
    )


def _kept(folder: Path) -> bool:
    return any(path.is_file() and "__pycache__" not in path.parts for path in folder.rglob("*"))


def _line(path: Path, indent: str, said: dict[str, str]) -> str:
    name = f"{indent}{path.name}{'/' if path.is_dir() else ''}"
    file = path / "__init__.py" if path.is_dir() else path
    text = ""
    if file.suffix == ".py" and file.exists():
        text = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n")[0]
        text = text.split(". ")[0].rstrip(".")
    return f"{name:{WIDTH}}{text or said.get(name, '')}".rstrip()


def _said(lines: str) -> dict[str, str]:
    return {line[:WIDTH].rstrip(): line[WIDTH:] for line in lines.splitlines()}


def _commands(group: click.Group, path: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            text = " ".join((command.help or "").split("\n\n")[0].split())
            yield f"| `{path} {name}` | {text} |"


def _with_table(readme: str, head: str, rows: Iterator[str]) -> str:
    """Returns `readme` with the table under the line that starts with `head` made of `rows`."""
    table = re.compile(rf"^{re.escape(head)}.*\n\|[ |-]+\|\n(?:\|.*\n)*", re.MULTILINE)
    found = table.search(readme)
    assert found, f"README.md has no table that starts with {head}"
    heading = "".join(f"{line}\n" for line in found[0].splitlines()[:2])
    return readme.replace(found[0], heading + "".join(f"{row}\n" for row in rows))


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
