"""The broker over Redis: pub/sub on one connection a process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio

from models.broker.remote import CHANNEL, RemoteBroker, Send


class RedisBroker(RemoteBroker):
    """Carries wake-ups over the Redis server that the URL names."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @asynccontextmanager
    async def _connect(self, lost: asyncio.Event) -> AsyncIterator[Send]:
        # The client must not reconnect by itself: it would subscribe again without a sign that wake-ups were missed.
        client = redis.asyncio.Redis.from_url(
            self._url, retry=None, socket_connect_timeout=10, health_check_interval=15, protocol=2
        )
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            reading = asyncio.create_task(self._read(subscription))
            reading.add_done_callback(lambda _: lost.set())
            try:
                yield lambda: client.publish(CHANNEL, b"")
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, subscription: "redis.asyncio.client.PubSub") -> None:
        async for message in subscription.listen():
            if message["type"] == "message":
                self._notify()
