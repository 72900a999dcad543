"""What an import tells: what was taken, changed and refused, and why."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """The lines of a report, under the words that explain them."""

    heading: str = ""
    taken: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def change(self, what: str, which: str) -> None:
        """Notes that something of an item is not as it was."""
        self.changed.setdefault(what, []).append(which)

    def refuse(self, why: str, which: str = "") -> None:
        """Notes that something was not taken; without `which`, the reason says it all."""
        self.refused.setdefault(why, []).extend([which] if which else [])

    def text(self) -> str:
        """Returns the report for a terminal."""
        parts = [self.heading, _section("Taken", self.taken)]
        parts += [_groups("Changed", self.changed), _groups("Not taken", self.refused), _section("To know", self.notes)]
        return "\n\n".join(part for part in parts if part)


def counted(number: int, one: str, many: str = "") -> str:
    """Returns `1 post`, `2 posts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"  {line}" for line in lines)]) if lines else ""


def _groups(title: str, groups: dict[str, list[str]]) -> str:
    lines: list[str] = []
    for reason, items in groups.items():
        lines.append(f"{reason} ({len(items):,}):" if items else f"{reason}.")
        lines += [f"  {item}" for item in items]
    return _section(title, lines)
