"""Writing many rows at once through PostgreSQL's COPY."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert `rows` (values in the order of `fields`) and return how many.

    Columns that are not named take the database's own default, so every field without one must be named. No `save`, no
    signal: constraints of the database alone protect. JSON values are given as text.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, _columns(model, fields)))
    )
    return _copy(statement, rows)


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Update rows given as (primary key, then values in the order of `fields`); return how many were given."""
    rows = list(rows)
    if not rows:
        return 0
    columns = _columns(model, ["pk", *fields])
    types = [
        model._meta.pk.rel_db_type(connection),
        *(model._meta.get_field(name).db_type(connection) for name in fields),
    ]
    given = sql.Identifier("given_rows")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(given))
        shape = [
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
            for name, kind in zip(columns, types, strict=True)
        ]
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(given, sql.SQL(", ").join(shape)))
        _copy(sql.SQL("COPY {} FROM STDIN").format(given), rows)
        cursor.execute(
            sql.SQL("UPDATE {table} SET {changes} FROM {given} WHERE {table}.{key} = {given}.{key}").format(
                table=sql.Identifier(model._meta.db_table),
                given=given,
                key=sql.Identifier(columns[0]),
                changes=sql.SQL(", ").join(
                    sql.SQL("{0} = {1}.{0}").format(sql.Identifier(name), given) for name in columns[1:]
                ),
            )
        )
        cursor.execute(sql.SQL("DROP TABLE {}").format(given))
    return len(rows)


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[str]:
    return [model._meta.pk.column if name == "pk" else model._meta.get_field(name).column for name in fields]


def _copy(statement: sql.Composed, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    # Django translates the errors of `execute`, not those of `copy`.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
