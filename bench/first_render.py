"""How soon text is on the screen on a slow line: a linked style sheet, an inlined one, and hints.

`.venv/bin/python -m bench.first_render [ROUNDS]` renders two posts with fifty comments, serves them finished and
compressed in each variant, and opens both in Chromium: the first with nothing kept, the second with the style sheet
kept. Variants take turns; medians are printed with a JSON line.

The line has 400 kbit/s and 400 ms there and back. As root it is a real one (`slow_line.py`); elsewhere Chromium's own
throttling stands in, which delays each request and knows neither handshakes nor slow start. Both are measured when both
can be. Chromium takes early hints over HTTP/2 only.

Needs Chromium and node; without htmx from npm (`make test` fetches it) pages do without it. Loopback or namespaces of
its own only; ends by itself.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.finished import KINDS, public_key_mark, write_answers
from bench.slow_line import SERVER, possible, slow_line
from hcpov.config import HTMX_URL
from tests.browser.conftest import FLAGS, HTMX
from tests.live import free_port, wait_until

BITS, SECONDS = 400_000, 0.4
PROTOCOLS = ("HTTP/2", "HTTP/1.1", "HTTP/2 4k")  # the last with TLS records of 4 KB, not 16
CHROMIUM = shutil.which("chromium") or "chromium"
TIMES = """async () => {
  await new Promise((resolve) => {
    const seen = (list) => list.getEntriesByName("first-contentful-paint").length && resolve();
    new PerformanceObserver(seen).observe({ type: "paint", buffered: true });
  });
  const paint = Object.fromEntries(performance.getEntriesByType("paint").map((each) => [each.name, each.startTime]));
  const page = performance.getEntriesByType("navigation")[0];
  return [paint["first-paint"], paint["first-contentful-paint"], page.domInteractive, page.responseStart];
}"""
COLUMNS = ("first paint", "first text", "interactive", "first byte")

Taken = dict[tuple[str, str, str, str], list[list[float]]]  # line, protocol, variant, view: one row for each round


def main(rounds: int) -> None:
    """Measures and prints."""
    taken: Taken = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = write_answers(folder, HTMX if HTMX.exists() else None)
        if possible():
            with slow_line(BITS, SECONDS) as line:
                _measure(folder, "real", SERVER, line.server, line.reader, rounds, taken)
        else:
            print("No real line here (it needs root, iproute2 and /dev/net/tun): Chromium's own throttling only.\n")
        _measure(folder, "emulated", "127.0.0.1", [], [], rounds, taken)
    medians = {key: [round(median(column)) for column in zip(*rows, strict=True)] for key, rows in taken.items()}
    print(f"{'line':10}{'protocol':11}{'variant':10}{'view':8}" + "".join(f"{column:>13}" for column in COLUMNS))
    for key, row in medians.items():
        print(f"{key[0]:10}{key[1]:11}{key[2]:10}{key[3]:8}" + "".join(f"{each:>13,}" for each in row))
    print("\nmilliseconds, medians of", rounds, "rounds; bytes:", sizes)
    print(json.dumps({"bench": "first_render", "rounds": rounds, "bytes": sizes} | _nested(medians)))


def _measure(
    folder: Path, name: str, address: str, server: list[str], reader: list[str], rounds: int, taken: Taken
) -> None:
    """Takes all times on one line; `server` and `reader` are the words that lead to its ends."""
    with _served(folder, address, server) as ports, sync_playwright() as playwright:
        program = folder / f"chromium-{name}"
        program.write_text(f'#!/bin/sh\nexec {" ".join([*reader, CHROMIUM])} "$@"\n')
        program.chmod(0o755)
        own = f"--ignore-certificate-errors-spki-list={public_key_mark(folder)}"
        cdn = f"--host-resolver-rules=MAP {HTMX_URL.split('/')[2]}:443 {address}:{ports[0]}"
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, own, cdn])
        for _ in range(rounds):
            for protocol, port in zip(PROTOCOLS, ports, strict=True):
                for kind in KINDS:
                    if kind == "hinted" and protocol == "HTTP/1.1":
                        continue
                    views = _views(browser, f"https://{address}:{port}/{kind}", reader)
                    for view, row in zip(("first", "second"), views, strict=True):
                        taken.setdefault((name, protocol, kind, view), []).append(row)
        browser.close()


def _views(browser: Browser, root: str, real: list[str]) -> Iterator[list[float]]:
    """Opens two pages as a reader who has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page: Page = context.new_page()
    if not real:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        line = {"offline": False, "latency": SECONDS * 1000}
        line |= {"downloadThroughput": BITS / 8, "uploadThroughput": BITS / 8}
        session.send("Network.emulateNetworkConditions", line)
    for number in (1, 2):
        page.goto(f"{root}/{number}", wait_until="load")
        yield page.evaluate(TIMES)
    context.close()


@contextmanager
def _served(folder: Path, address: str, server: list[str]) -> Iterator[list[int]]:
    """Serves the answers at one end of a line; yields a port for each of PROTOCOLS."""
    ports = [free_port() for _ in PROTOCOLS]
    script = Path(__file__).with_suffix(".mjs")
    process = subprocess.Popen([*server, "node", str(script), str(folder), address, *map(str, ports)])
    ask = [*server, "bash", "-c", f"exec 3<>/dev/tcp/{address}/{ports[0]}"]
    try:
        wait_until(lambda: subprocess.run(ask, capture_output=True, check=False).returncode == 0)
        yield ports
    finally:
        process.terminate()
        process.wait()


def _nested(medians: dict[tuple[str, str, str, str], list[int]]) -> dict[str, dict[str, dict[str, int]]]:
    """Returns the first text's time as {line and protocol: {variant: {view: milliseconds}}}."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (line, protocol, kind, view), row in medians.items():
        found.setdefault(f"{line} {protocol}", {}).setdefault(kind, {})[view] = row[1]
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
