"""A process that pins and chats as fast as it can, to be killed: `busy_host URL STREAM`."""

import asyncio
import sys

from subgraphs.livestream import chat, service
from subgraphs.shared.database import Database
from subgraphs.shared.unit_of_work import transact
from tests.subgraphs.livestream.acts import HOST, PRODUCTS
from tests.support.databases import be_patient


async def pin(database: Database, stream: str) -> None:
    for turn in range(sys.maxsize):
        command = service.PinProduct(stream_id=stream, product_id=PRODUCTS[turn % 5])
        await transact(database, lambda unit: service.pin_product(unit, HOST, command))  # noqa: B023


async def say(database: Database, stream: str) -> None:
    command = chat.SendChat(stream_id=stream, body="Ordered!")
    while True:  # the host, whom no pace limits
        await transact(database, lambda unit: chat.send(unit, HOST, command))


async def main(url: str, stream: str) -> None:
    be_patient()
    database = Database(url, "livestream")
    async with asyncio.TaskGroup() as group:
        for work in (pin, say, say):
            group.create_task(work(database, stream))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
