"""How long `hcpov serve` takes to its first answer, on a site with the demo.

`.venv/bin/python -m bench.start [TIMES]`, 7 by default after one that warms up, starts the server with its worker, asks
for the first page from the moment its process is made until it is answered, and stops it. Prints a table and a JSON
line; ends with 1 when the median is over 1.5 seconds. On start the finished pages are thrown away: the first is
rendered. What all processes spent on cores until then says more than the clock where a machine has other things to do.
"""

import http.client
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import processes, report
from bench.data import settings_for
from bench.report import Budget
from hcpov import config
from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.ops.schema import upgrade
from hcpov.transfer.imports.actions import write_demo
from tests.live import free_port

ALLOWED = 1.5
PATIENCE = 30
COMMAND = [sys.executable, "-m", "hcpov.cli", "serve"]


def main(times: int = 7) -> int:
    """Measures, prints, and returns the exit code."""
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        app = create_app(settings)
        with app.app_context():
            upgrade()
            write_demo(config.ROOT / "hcpov" / "transfer" / "demo")
        taken, spent = zip(*[_taken(settings) for _ in range(times + 1)][1:], strict=True)
    print(f"{times} starts. {report.SHARED}\n")
    facts = (("fastest", min), ("median", median), ("slowest", max))
    report.table(("", "seconds", "on cores"), [(name, which(taken), which(spent)) for name, which in facts])
    budgets = [Budget("start to first answer, median", median(taken), ALLOWED, " s", at_most=True)]
    return report.close("start", budgets, seconds=[round(each, 3) for each in taken], on_cores=spent)


def _taken(settings: Settings) -> tuple[float, float]:
    """Starts the server, stops it, and returns the seconds to its first answer, and those spent on cores until then."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # ops set no such
    environment = kept | {
        "HCPOV_INSTANCE": str(settings.instance),
        "HCPOV_SECRET_KEY": settings.secret_key,
        "HCPOV_BIND": f"127.0.0.1:{port}",
    }
    with (settings.instance / "start.log").open("ab") as out:
        begun = time.perf_counter()
        process = subprocess.Popen(COMMAND, cwd=config.ROOT, env=environment, stdout=out, stderr=out)
    try:
        while time.perf_counter() < begun + PATIENCE and process.poll() is None:
            if _answers(port):
                return time.perf_counter() - begun, processes.seconds(processes.tree(process.pid))
            time.sleep(0.005)
        raise RuntimeError(f"no answer within {PATIENCE} seconds; exit code {process.poll()}")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    """Says whether the first page was answered; whoever listens already is waited for."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/")
            answer = connection.getresponse()
            return answer.status == 200 and len(answer.read()) > 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
