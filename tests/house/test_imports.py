"""What the application loads is held in each process for good, and read in each start."""

import subprocess
import sys

from hcpov import config
from hcpov.imports import without

# Each is megabytes that a site on SQLite has no use for.
LEFT_OUT = {"alembic", "psycopg", "rich", "pygments", "text_unidecode"}
# What a server loads, from its command to what serves.
SERVER = "hcpov.app, hcpov.ops.upgrades.start, hcpov.serving.generation"
SAY = f"import sys, {SERVER}; print(*(name for name in sys.modules if '.' not in name))"


def test_the_application_loads_nothing_that_it_does_not_use() -> None:
    done = subprocess.run([sys.executable, "-c", SAY], cwd=config.ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"flask", "sqlalchemy", "huey", "structlog"} <= loaded
    assert LEFT_OUT & loaded == set()


def test_what_was_hidden_can_be_imported_later() -> None:
    code = (
        "import sys\nfrom hcpov.imports import without\n"
        "with without('psycopg', 'sys'):\n"
        "    try:\n        import psycopg\n    except ImportError:\n        print('hidden')\n"
        "import psycopg\nprint(psycopg.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["hidden", "psycopg"]
    with without("sys"):
        assert sys.modules["sys"] is sys, "what is loaded stays"
