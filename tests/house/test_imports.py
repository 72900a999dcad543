"""What the application loads is held in each process for good, and read in each start."""

import os
import subprocess
import sys
from pathlib import Path

from hcpov import config
from hcpov.imports import without

# Each is megabytes that a site on SQLite has no use for.
LEFT_OUT = {"alembic", "psycopg", "pygments", "redis", "rich", "text_unidecode"}
LEFT_OUT |= {"OpenSSL", "lxml", "pdb", "pyasn1", "pyasn1_modules", "qrcode"}
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


def test_what_is_for_later_is_loaded_when_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("from shop.open import open\n")
    (tmp_path / "shop" / "open.py").write_text("def open(*these, **named):\n    return these, named\n")
    code = (
        "import sys\nfrom hcpov.imports import later\n"
        f"sys.path.append({str(tmp_path)!r})\n"
        "with later(open='shop.open', dumps='sys'):\n    import shop\n"
        "first = shop.open\nprint('shop.open' in sys.modules)\n"
        "print(first(1, a=2) == ((1,), {'a': 2}), 'shop.open' in sys.modules)\n"
        "from shop import open\nprint(open(3), first(3), sys.getsizeof(1) > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False", "True True", "((3,), {}) ((3,), {}) True"]


def test_nobody_looks_for_garbage_while_the_application_is_loaded(tmp_path: Path) -> None:
    code = (
        "import gc\nfrom hcpov import cli\nlooked = gc.get_stats()[2]['collections']\n"
        "with cli.application():\n    print(gc.get_stats()[2]['collections'] - looked, gc.isenabled())"
    )
    env = os.environ | {"HCPOV_INSTANCE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, env=env, capture_output=True, check=True)
    assert done.stdout.split() == [b"0", b"True"]
