"""What every subgraph stands on.

Values (no I/O, no GraphQL; models and events may use them)
    instants    `now()`; `instant_text(datetime) -> "2026-11-22T15:00:00.000001Z"`
    ids         `new_id("prod") -> "prod_<uuidv7>"`
    money       `Money(amount, currency)`: exact arithmetic, `allocate`, `formatted(locale)`,
                `payload()` (as events carry it); `total(amounts, currency)`
    errors      `BusinessError(code, message, field)` becomes an item of `userErrors`;
                `RequestRefused` and its kinds become a top-level error with a code
    events      `Event(type=, topic=, key=, data=)`; its data is checked against
                `schema/events/<type>.json` when it is written
    origin      `Origin(correlation=, causation=, traceparent=)`: what an event tells of its cause
    topics      `Topic(name=, key=, types=, retention=)`: what a subgraph writes, in its `events.py`
    cursor      the signed resume position of a subscription: `write_cursor(Position(…), secret)`
    demo        `product_id(n) variant_id(n, k) customer_id(n) demo_id(prefix, n)`, `PERSONAS`,
                `CHANNELS`, `EPOCH`: what the demo data of all subgraphs agree on
    settings    `Settings.from_environment("wallet")`

Database
    database    `Database(url, subgraph)`: `async with database.session() as session` to read;
                `with database.statements() as sent` counts SQL in tests
    unit_of_work `async with UnitOfWork(database, viewer, origin) as unit`: `unit.session`,
                `unit.record(Event(…))`, `await unit.reserve(topic, key)` for a sequence that a row
                needs; commits rows and events as one. `await transact(database, work)` repeats
                `work(unit)` on deadlock. `sqlstate(error)`, `constraint(error)`
    idempotency `await once(unit, Once(…), work, kind) -> Outcome(result, replayed)`
    migrate     `await upgrade(url, "wallet")` runs `subgraphs/wallet/migrations/versions/*.py`,
                whose first calls `create_outbox(schema)`, `create_idempotency(schema)` and,
                for consumers, `create_inbox(schema)`
    consumer    `Consumer(database, Subscription(name=, topics={"wallet": (…,)}, handler=))`: other
                subgraphs' events, once in effect; `handler(unit, event)`
    relay       `python -m subgraphs.shared.relay`: outbox tables to Kafka
                (event_log reads windows, follower leads and waits out failures, kafka publishes)
    parked      events that a consumer could not handle, by key, until they are retried or dropped
    rebuild     a projection anew from its source's outbox, while the store runs
    retention   deletes old events and idempotency keys once everybody has passed them
    event_metrics what waits for the relay and for consumers, in the tables; `event_counts` counts
                what processes do
    cards       test cards: `authorise("tok_visa")`

GraphQL
    scalars     `MinorUnits`, `CurrencyCode`, `EventCursor`; a `datetime` is a `DateTime`
    money_types `MoneyType.of(money)`, `MoneyInput.value()`
    node        `Node`: the interface of what has an id of its own
    fields      `@resolved("description", tags=, authenticated=, scopes=)`, `@subscribed(…)`
    connections `Connection[T].of(page, convert)`; `page_request(first, after)`,
                `page_of(rows, request, key)`, `request.limit`,
                `request.after(tuple[datetime, str])`
    directives  `event_stream(topic, key, EventStreamClass.LOG)`, `list_size()`,
                `served_by_gateway(kind)`
    schema      `build_schema(query, mutation, subscription, types)`: federation 2, our scalars
    context     `Context[Loaders]`: `.viewer .database .loaders .unit() .require_viewer()
                .require_scopes("stream:host")`, `await .transact(work)`,
                `await .once(info.field_name, key, command, work)`; resolvers take
                `info: strawberry.Info[Context[L], None]`
    identity    `Viewer(sub, scopes)`; the middleware that checks the gateway's token
    app         `create_app(Subgraph(name=, schema=, loaders=, background=), settings)`: ASGI
    serve       `main("wallet")`: the command line of `python -m subgraphs.wallet`

Each subgraph declares its own `UserErrorCode`, `UserError` and `InputError` in `types.py`, because
the codes are its own; composition unites them.
"""
