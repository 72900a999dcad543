"""Models and migrations agree, and migrations can be read in order."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from hcpov.extensions import Model, db
from hcpov.ops.schema import is_described
from tests.conftest import POSTGRES
from tests.house.tree import ROOT

FOLDER = ROOT / "hcpov" / "migrations"
NAME = re.compile(r"\d{4}_\d{2}_\d{2}_[a-z0-9_]+\.py")


def _differences(app: Flask, metadata: sa.MetaData) -> list[Any]:
    options = {"compare_type": True, "render_as_batch": True, "include_name": is_described}
    with app.app_context(), db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_migrations_make_the_tables_that_the_models_describe(app: Flask) -> None:
    assert _differences(app, Model.metadata) == []


@pytest.mark.skipif(bool(POSTGRES), reason="PostgreSQL never gives a number twice")
def test_numbers_are_given_once_where_the_models_say_so(app: Flask) -> None:
    once = {table.name for table in Model.metadata.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]}
    with app.app_context(), db.engine.connect() as connection:
        made = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'").scalars()
        assert {"post", "comment", "account"} <= once == set(made)


def _with_a_column_more(metadata: sa.MetaData) -> None:
    metadata.tables["post"].append_column(sa.Column("mood", sa.String(10)))


def _with_a_table_more(metadata: sa.MetaData) -> None:
    sa.Table("mood", metadata, sa.Column("id", sa.Integer, primary_key=True))


def _with_a_longer_column(metadata: sa.MetaData) -> None:
    metadata.tables["post"].c.title.type = sa.String(999)


def _with_an_index_more(metadata: sa.MetaData) -> None:
    sa.Index("ix_post_title", metadata.tables["post"].c.title)


@pytest.mark.parametrize(
    "change", [_with_a_column_more, _with_a_table_more, _with_a_longer_column, _with_an_index_more]
)
def test_a_model_without_its_migration_is_seen(app: Flask, change: Any) -> None:
    changed = sa.MetaData(naming_convention=Model.metadata.naming_convention)
    for table in Model.metadata.sorted_tables:
        table.to_metadata(changed)
    change(changed)
    assert _differences(app, changed)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(FOLDER)).get_heads()) == 1


def test_names_of_migrations_carry_date_and_meaning() -> None:
    names = [path.name for path in (FOLDER / "versions").glob("*.py")]
    assert names
    assert [name for name in names if not NAME.fullmatch(name)] == []


def test_the_head_can_be_taken_back() -> None:
    for path in (FOLDER / "versions").glob("*.py"):
        assert "def downgrade() -> None:" in path.read_text(encoding="utf-8"), path.name
