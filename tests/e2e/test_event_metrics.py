"""The one-machine store tells, too, which events wait."""

import asyncio
import re

import httpx

from tests.support.store import Store


async def test_the_store_tells_how_far_its_consumers_are(any_store: Store):
    waiting = r'fusion_consumer_waiting_events\{consumer="cart\.prices"\} 0\.0'
    async with httpx.AsyncClient(base_url=any_store.url, timeout=60) as http:
        async with asyncio.timeout(60):
            while True:
                answer = await http.get("/metrics/events")
                assert answer.status_code == 200, answer.text
                if re.search(waiting, answer.text):
                    break
                await asyncio.sleep(0.1)
    assert 'fusion_consumer_parked_keys{consumer="wallet.settlements"} 0.0' in answer.text
    relayed = 'fusion_relay_waiting_events{subgraph="catalog"}' in answer.text
    assert relayed == (any_store._kafka is not None)
