"""Pictures that stay where they are: browsers load them only when this site's policy names their host."""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hcpov.transfer import tree
from hcpov.transfer.report import counted
from hcpov.transfer.tree import Child


@dataclass
class Hosts:
    """The sites that hold pictures of the posts, with how many."""

    found: Counter[str] = field(default_factory=Counter)

    def add(self, markup: str) -> None:
        """Counts the pictures of a post's HTML."""
        self._walk(tree.read(markup))

    def _walk(self, nodes: list[Child]) -> None:
        for node in nodes:
            if isinstance(node, str):
                continue
            if node.tag == "img":
                parts = urlsplit(node.attributes.get("src", ""))
                if parts.netloc:
                    self.found[f"{parts.scheme or 'https'}://{parts.netloc}"] += 1
            self._walk(node.children)

    def lines(self, allowed: str) -> list[str]:
        """Returns what to tell: which hosts, and the setting that lets browsers load from them."""
        missing = [host for host in sorted(self.found) if host not in allowed.split()]
        lines = [
            f"Pictures stay where they are: {counted(n, 'picture')} at {host}" for host, n in sorted(self.found.items())
        ]
        if missing:
            together = " ".join(sorted({*allowed.split(), *missing}))
            lines.append(f'Browsers load them once this is set: HCPOV_PICTURE_HOSTS="{together}"')
        return lines
