"""The application with a brake, for `test_two_processes.py`.

While a file `hold` lies in the instance folder, whoever has read a thread waits before rendering it, and says so by a
file `held`.
"""

import time
from pathlib import Path
from typing import Any

from flask import current_app

from hcpov.app import create_app
from hcpov.comments import queries

SECONDS = 20

_thread = queries.thread


def _braked(*arguments: Any) -> Any:
    found = _thread(*arguments)
    instance, end = Path(current_app.instance_path), time.monotonic() + SECONDS
    while (instance / "hold").exists() and time.monotonic() < end:
        (instance / "held").touch()
        time.sleep(0.01)
    return found


queries.thread = _braked  # type: ignore[assignment]
app = create_app()
