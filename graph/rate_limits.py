"""How often and how many at a time: token buckets, and counts of what is open. What is counted is its users' business.

A bucket is one number a key, the moment at which it will be full again (the generic cell rate algorithm): kept in
this process, or in Redis where that is the broker, so that several processes share it.
"""

import time
from collections.abc import Hashable

import redis.asyncio
import structlog
from redis.exceptions import RedisError

log = structlog.get_logger("saisine.rates")

_SHARED = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = full + step - now - burst * step
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], full + step, 'PX', math.ceil(full + step - now))
return 0
"""
_WITHOUT_REDIS = 5.0
"""Seconds for which Redis is not asked again after it has failed."""


class Buckets:
    """A token bucket a key, of one process: so many a second, `burst` at once."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._step, self._burst = 1 / per_second, burst
        self._full: dict[Hashable, float] = {}
        self._sweep_at = 1_000

    def take(self, key: Hashable = None) -> float:
        """Take one: 0, or the seconds after which there will be one."""
        now = time.monotonic()
        full = max(self._full.get(key, now), now)
        wait = full + self._step - now - self._burst * self._step
        if wait > 1e-9:
            return wait
        self._full[key] = full + self._step
        if len(self._full) > self._sweep_at:
            self._full = {known: at for known, at in self._full.items() if at > now}
            self._sweep_at = 2 * len(self._full) + 1_000
        return 0.0


class SharedBuckets:
    """Buckets in Redis; those of this process while Redis does not answer."""

    def __init__(self, url: str, name: str, per_second: float, burst: int) -> None:
        self._name, self._burst, self._step_ms = name, burst, 1000 / per_second
        self._own = Buckets(per_second, burst)
        self._redis = redis.asyncio.Redis.from_url(
            url, retry=None, socket_timeout=0.5, socket_connect_timeout=0.5, protocol=2
        )
        self._ask_again_at = 0.0

    async def take(self, key: Hashable) -> float:
        """Take one: 0, or the seconds after which there will be one."""
        if time.monotonic() >= self._ask_again_at:
            try:
                reply = await self._redis.eval(_SHARED, 1, f"{self._name}:{key}", str(self._step_ms), str(self._burst))
                return int(reply) / 1000
            except (RedisError, OSError, TimeoutError) as error:
                self._ask_again_at = time.monotonic() + _WITHOUT_REDIS
                log.warning("rates are counted in this process for now", error=type(error).__name__)
        return self._own.take(key)

    async def close(self) -> None:
        """Let the connections go."""
        await self._redis.aclose()


class Actions:
    """How often one viewer may act; without a rate, as often as they like."""

    def __init__(self, per_minute: int, burst: int, broker_url: str) -> None:
        self._shared: SharedBuckets | None = None
        self._own: Buckets | None = None
        if per_minute and broker_url.startswith("redis"):
            self._shared = SharedBuckets(broker_url, "saisine:actions", per_minute / 60, burst)
        elif per_minute:
            self._own = Buckets(per_minute / 60, burst)

    async def take(self, user_id: int) -> float:
        """Count an action: 0, or the seconds after which the viewer may act again."""
        if self._shared is not None:
            return await self._shared.take(user_id)
        return self._own.take(user_id) if self._own is not None else 0.0

    async def close(self) -> None:
        """Let go of what is shared."""
        if self._shared is not None:
            await self._shared.close()


class Open:
    """How many of something are open, a key."""

    def __init__(self) -> None:
        self._open: dict[Hashable, int] = {}

    def enter(self, key: Hashable, maximum: int) -> bool:
        """One more, unless there are as many as may be (0: any number)."""
        already = self._open.get(key, 0)
        if maximum and already >= maximum:
            return False
        self._open[key] = already + 1
        return True

    def leave(self, key: Hashable) -> None:
        """One less."""
        left = self._open[key] - 1
        if left > 0:
            self._open[key] = left
        else:
            del self._open[key]
