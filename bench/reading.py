"""How fast an anonymous reader gets a post with fifty comments: through nginx, and from the application server alone.

`.venv/bin/python -m bench.reading [ROUNDS SECONDS]`, 4 and 3 by default, runs `hcpov serve` and nginx with the shipped
file for finished pages (deploy/), and asks by turns for the page through nginx, for the page from the application, and
for a plain static file of the very same bytes from the same nginx: as Brotli, and not encoded at all. Prints medians,
ratios to the plain file, and a JSON line; ends with 1 when a ratio under Brotli is below its budget.
"""

import sys
from pathlib import Path

from bench import load, processes, report, server, site
from bench.load import KINDS, Target
from bench.report import Budget
from bench.server import Front
from tests.live import serving

THROUGH_NGINX, ALONE = 0.9, 0.3


def main(rounds: int = 4, seconds: float = 3) -> int:
    """Measures, prints, and returns the exit code."""
    with site.made() as made, serving(made.settings) as address:
        pids = processes.below("hcpov.cli serve")
        with server.nginx(made.folder / "nginx", made.settings, address) as front:
            targets = [
                target
                for kind, accepts in KINDS.items()
                for target in _targets(front, address, made.post, kind, accepts)
            ]
            for target in targets:
                target.pids = [*processes.tree(front.pid), *(pids if "file" not in target.name else [])]
            load.in_turns(targets, rounds, seconds)
    print(f"{report.SHARED}\n")
    report.table(load.HEADS, [target.row for target in targets])
    ratios = {}
    for kind in KINDS:
        file, *others = [target for target in targets if target.name.startswith(kind)]
        ratios |= {other.name: other.rate / file.rate for other in others}
    nginx, alone, *rest = ratios.items()
    budgets = [Budget(nginx[0], nginx[1], THROUGH_NGINX, " x file"), Budget(alone[0], alone[1], ALONE, " x file")]
    for (name, ratio), limit in zip(rest, (THROUGH_NGINX, ALONE), strict=True):
        budgets.append(Budget(name, ratio, limit, " x file", aim=True))
    rows = {target.name: [round(float(str(cell)), 3) for cell in target.row[1:]] for target in targets}
    return report.close("reading", budgets, columns=load.HEADS[1:], rows=rows)


def _targets(front: Front, address: str, path: str, kind: str, accepts: str) -> list[Target]:
    """Returns what is compared under one Accept-Encoding, the plain file first: it holds what the site sent."""
    headers = {"Accept-Encoding": accepts} if accepts else {}
    through, alone, plain = front.site + path, address + path, f"{front.plain}/page.html"
    # Twice: what is asked for first may be rendered, and what is kept is what is measured.
    sizes = {url: [_size(url, headers) for _ in range(2)][-1] for url in (through, alone)}
    _keep(front.files, through, headers)
    sizes[plain] = _size(plain, headers)
    print(f"{kind}: " + ", ".join(f"{size:,} bytes ({encoding or 'not encoded'})" for size, encoding in sizes.values()))
    names = f"{kind}: plain file", f"{kind}: through nginx", f"{kind}: application alone"
    return [Target(name, url, headers) for name, url in zip(names, (plain, through, alone), strict=True)]


def _size(url: str, headers: dict[str, str]) -> tuple[int, str]:
    status, sent, body = load.once(url, headers)
    if status != 200:
        raise RuntimeError(f"{url}: {status}")
    return len(body), sent.get("content-encoding", "")


def _keep(folder: Path, url: str, headers: dict[str, str]) -> None:
    """Writes what the site sends into a file that nginx finds: `page.html`, with the encoding's ending."""
    _, sent, body = load.once(url, headers)
    ending = {"br": ".br", "gzip": ".gz", "": ""}[sent.get("content-encoding", "")]
    (folder / f"page.html{ending}").write_bytes(body)
    if ending:
        (folder / "page.html").touch()  # nginx looks for the encoded file beside it


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
