"""Rate limits and concurrency limits: token buckets, and counters of open operations and connections.

A bucket is one number for each key: the instant at which it will be full again (the generic cell rate algorithm). It is
stored in this process, or in Redis if Redis is the broker, so that processes share it. (The library `limits` has only
windows, which cannot express a steady rate with a burst.)
"""

import time
from collections.abc import Hashable

import redis.asyncio
import structlog
from redis.exceptions import RedisError

log = structlog.get_logger("saisine.rate_limits")

_TAKE_IN_REDIS = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = full + step - now - burst * step
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], full + step, 'PX', math.ceil(full + step - now))
return 0
"""
_REDIS_RETRY_SECONDS = 5.0
"""Seconds after a failure in which Redis is not tried again."""


class TokenBuckets:
    """One token bucket for each key, in this process; `per_second` tokens are added, up to `burst`."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._step, self._burst = 1 / per_second, burst
        self._full: dict[Hashable, float] = {}
        self._sweep_at = 1_000

    def take(self, key: Hashable = None) -> float:
        """Take a token. Returns 0, or the seconds until there will be one."""
        now = time.monotonic()
        full = max(self._full.get(key, now), now)
        wait = full + self._step - now - self._burst * self._step
        if wait > 1e-9:
            return wait
        self._full[key] = full + self._step
        if len(self._full) > self._sweep_at:
            self._full = {other: instant for other, instant in self._full.items() if instant > now}
            self._sweep_at = 2 * len(self._full) + 1_000
        return 0.0


class SharedTokenBuckets:
    """Token buckets in Redis; while Redis does not answer, in this process."""

    def __init__(self, url: str, name: str, per_second: float, burst: int) -> None:
        self._name, self._burst, self._step_ms = name, burst, 1000 / per_second
        self._local = TokenBuckets(per_second, burst)
        self._redis = redis.asyncio.Redis.from_url(
            url, retry=None, socket_timeout=0.5, socket_connect_timeout=0.5, protocol=2
        )
        self._retry_at = 0.0

    async def take(self, key: Hashable) -> float:
        """Take a token. Returns 0, or the seconds until there will be one."""
        if time.monotonic() >= self._retry_at:
            try:
                reply = await self._redis.eval(
                    _TAKE_IN_REDIS, 1, f"{self._name}:{key}", str(self._step_ms), str(self._burst)
                )
                return int(reply) / 1000
            except (RedisError, OSError, TimeoutError) as error:
                self._retry_at = time.monotonic() + _REDIS_RETRY_SECONDS
                log.warning("redis does not answer: each process counts for itself", error=type(error).__name__)
        return self._local.take(key)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()


class ActionRateLimiter:
    """Limits the actions of each viewer. A rate of 0 is no limit."""

    def __init__(self, per_minute: int, burst: int, broker_url: str) -> None:
        self._shared: SharedTokenBuckets | None = None
        self._local: TokenBuckets | None = None
        if per_minute and broker_url.startswith("redis"):
            self._shared = SharedTokenBuckets(broker_url, "saisine:actions", per_minute / 60, burst)
        elif per_minute:
            self._local = TokenBuckets(per_minute / 60, burst)

    async def take(self, user_id: int) -> float:
        """Count an action. Returns 0, or the seconds until the viewer may act again."""
        if self._shared is not None:
            return await self._shared.take(user_id)
        return self._local.take(user_id) if self._local is not None else 0.0

    async def close(self) -> None:
        """Close the connections to Redis, if there are any."""
        if self._shared is not None:
            await self._shared.close()


class ConcurrencyLimiter:
    """Counts what is open at a time for each key: connections, requests, WebSockets, subscriptions, bytes of bodies."""

    def __init__(self) -> None:
        self._open: dict[Hashable, int] = {}

    def enter(self, key: Hashable, maximum: int, amount: int = 1) -> bool:
        """Count `amount` more. Returns False, without counting, if that makes more than `maximum` (0: no limit)."""
        count = self._open.get(key, 0) + amount
        if maximum and count > maximum:
            return False
        self._open[key] = count
        return True

    def leave(self, key: Hashable, amount: int = 1) -> None:
        """Count `amount` less."""
        count = self._open[key] - amount
        if count > 0:
            self._open[key] = count
        else:
            del self._open[key]
