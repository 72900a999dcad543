"""A site of one's own, for the tests' application is in use."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from flask import Flask

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.ops.schema import upgrade
from hcpov.serving import memory
from tests.hardship.cluster import Cluster
from tests.hardship.supervisor import serving_database


@contextmanager
def own_site(folder: Path, cluster: Cluster | None = None) -> Iterator[tuple[Flask, Settings]]:
    """Makes an application on a migrated, empty database, and leaves the queue as it was.

    A cluster runs only while its tables are made.
    """
    before: Any = getattr(huey, "app", None), huey.storage
    database_url = cluster.url if cluster else ""
    settings = Settings(instance=folder, secret_key="k" * 40, database_url=database_url, rate_limits="off")
    app = create_app(settings)
    try:
        with serving_database(cluster) if cluster else nullcontext(), app.app_context():
            upgrade()
            db.engine.dispose()
        yield app, settings
    finally:
        memory.close_all(app)
        huey.app, huey.storage = before
