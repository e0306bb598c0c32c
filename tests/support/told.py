"""Watches a database: each transaction that changes a subgraph's rows must tell so by events."""

from collections import Counter

from sqlalchemy import text

from subgraphs.shared.database import Database

# Of the machinery that every subgraph has; what is there is no state of the business.
_OURS = (
    "outbox", "outbox_sequence", "idempotency", "inbox", "inbox_parked", "inbox_position",
    "inbox_rebuild", "alembic_version",
)  # fmt: skip
_WATCH = """
    create schema audit;
    create table audit.change (xid xid8, schema text, name text, primary key (xid, schema, name));
    create function audit.note() returns trigger language plpgsql as $$
    begin
        insert into audit.change values (pg_current_xact_id(), tg_table_schema, tg_table_name)
        on conflict do nothing;
        return null;
    end $$;
    do $$
    declare found record;
    begin
        for found in
            select n.nspname, c.relname from pg_class as c
            join pg_namespace as n on n.oid = c.relnamespace
            where c.relkind = 'r' and c.relname <> all (array[{ours}])
              and exists (select from pg_class as o where o.relnamespace = n.oid
                          and o.relname = 'outbox')
        loop
            execute format('create trigger told after insert or update or delete on %I.%I'
                           ' for each row execute function audit.note()',
                           found.nspname, found.relname);
        end loop;
    end $$;"""
_SILENT = """
    select distinct c.schema || '.' || c.name as place from audit.change as c
    where c.schema = :schema
      and not exists (select from {schema}.outbox as o where o.xid = c.xid) order by 1"""
_TOLD = "select type, topic, key, xid::text as xid from {schema}.outbox order by id"


class Watch:
    """What one subgraph changed and told since the last time it was asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = 0

    async def told(self) -> list[str]:
        """The types of the new events; asserts that each change told once of each aggregate."""
        schema = self._database.subgraph
        async with self._database.session() as session:
            silent = await session.execute(text(_SILENT.format(schema=schema)), {"schema": schema})
            assert silent.scalars().all() == [], "changed, and nobody was told"
            rows = (await session.execute(text(_TOLD.format(schema=schema)))).all()
        each = Counter((row.xid, row.topic, row.key) for row in rows)
        twice = [place for place, count in each.items() if count > 1]
        assert twice == [], "told more than once of an aggregate in one transaction"
        fresh, self._seen = rows[self._seen :], len(rows)
        return [row.type for row in fresh]


async def watch(database: Database) -> None:
    """Begin to note changes, in all subgraphs of the database."""
    ours = ", ".join(f"'{name}'" for name in _OURS)
    async with database.engine.begin() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(_WATCH.format(ours=ours))
