"""START HERE: the life of one request, from the client's text to the bytes of the answer.

    text ─► limits ─► parse, validate, normalise ─► permit ─► plan ─► compile ─► execute
            └──── engine.py, remembered by the text and by the plan ────┘

- `request.py`: what a client sends, and who it is.
- `engine.py`: what one supergraph is made into, and what is remembered of operations.
- `serving.py`: a supergraph in service: its engine and transports; `gateway.reload` exchanges it.
- `open_queries.py`: the live queries that are open, so that they can move to another supergraph.
- `pipeline.py`: runs what the engine made, and gives the answer or a stream of answers.

Transports stand above it (`gateway.server`), pure planning and execution below.
"""
