"""The statements with which outbox tables are read.

Transaction ids (`xid8`) travel as text, since the driver has no type for them.
"""

from collections.abc import Sequence

SCHEMAS = """
select n.nspname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'outbox' and c.relkind in ('r', 'p')
  and (cardinality($1::text[]) = 0 or n.nspname = any($1))
order by 1
"""

OLDEST_RUNNING = "select pg_snapshot_xmin(pg_current_snapshot())::text"

PAGE = 500

_LAST_ID = """
select coalesce(max(id), 0) from :table
"""

# Null where the table is none of ours, or its sequence may not be read.
ISSUED = """
select last_value from pg_sequences
where format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence($1, 'id')
"""

_OLDEST_BEYOND = """
select xid::text from :table where id > $1 order by xid limit 1
"""

_SINCE = """
select id, xid::text as xid, topic, key, event from :table
where xid >= $1::text::xid8 and topic = any($2::text[]) and id > $3
order by id limit 500
"""

_LATEST = """
(select sequence, event from :table where topic = $1 and key = $2
 order by sequence desc limit 1)
"""

_AFTER = """
(select sequence, event from :table where topic = $1 and key = $2 and sequence > $3
 order by sequence limit 500)
"""

# One statement, so that what it says of both tables is of one moment.
_PRUNED = """
(select true from :sequence where topic = $1 and key = $2 and value > $3 and not exists (
   select from :table where topic = $1 and key = $2 and sequence > $3))
"""

_HEAD = """
(select value from :sequence where topic = $1 and key = $2)
"""

_ANY = "select exists (:tables)"
_HIGHEST = "select max(value) from (:tables) heads"
_NEWEST = "select event from (:tables) found order by sequence desc limit 1"
_OLDEST = "select event from (:tables) found order by sequence limit 500"


def last_id(schema: str) -> str:
    """The highest id of a row; 0 if there is none."""
    return _on_table(_LAST_ID, schema)


def oldest_beyond(schema: str) -> str:
    """The oldest transaction of the rows with ids above $1."""
    return _on_table(_OLDEST_BEYOND, schema)


def since(schema: str) -> str:
    """One page of the rows of transactions from $1 on, of topics $2, with ids above $3."""
    return _on_table(_SINCE, schema)


def latest(schemas: Sequence[str]) -> str:
    """The row of topic $1 and key $2 with the highest sequence."""
    return _NEWEST.replace(":tables", _on_all(_LATEST, schemas))


def after(schemas: Sequence[str]) -> str:
    """One page of the rows of topic $1 and key $2 above sequence $3."""
    return _OLDEST.replace(":tables", _on_all(_AFTER, schemas))


def pruned(schemas: Sequence[str]) -> str:
    """Whether topic $1 and key $2 have had events above sequence $3, and all of them are gone."""
    return _ANY.replace(":tables", _on_all(_PRUNED, schemas))


def head(schemas: Sequence[str]) -> str:
    """The sequence that topic $1 and key $2 have got to; null if there never was an event."""
    return _HIGHEST.replace(":tables", _on_all(_HEAD, schemas))


def table(schema: str) -> str:
    """The name of a schema's outbox table."""
    return _quoted(schema) + ".outbox"


def _on_all(statement: str, schemas: Sequence[str]) -> str:
    return "union all".join(_on_table(statement, schema) for schema in schemas)


def _on_table(statement: str, schema: str) -> str:
    statement = statement.replace(":sequence", f"{_quoted(schema)}.outbox_sequence")
    return statement.replace(":table", table(schema))


def _quoted(schema: str) -> str:
    return '"' + schema.replace('"', '""') + '"'
