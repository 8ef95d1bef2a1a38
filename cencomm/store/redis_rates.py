"""Token buckets that several processes share, in Redis: what each has spent is taken off, what is left comes back."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from redis.asyncio import Redis

from cencomm.store.redis_bus import connect

KEY_BYTES = 16
AT_ONCE = 1000
"""Buckets in one round trip."""

_SETTLE: Final = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst, spent = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'since')
local tokens = burst
if held[1] then
  tokens = math.min(burst, held[1] + math.max(0, now - held[2]) * rate)
end
tokens = math.max(-burst, tokens - spent)
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'since', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 1000)
return string.format('%.6f', tokens)
"""
"""A bucket is forgotten as soon as it would be full. Debts are bounded, so that one flood is not paid for for ever."""


class RedisRates:
    """`secret` hides whose buckets these are: Redis holds no address."""

    def __init__(self, url: str, deployment_id: bytes, secret: bytes) -> None:
        self._redis: Redis = connect(url)
        self._prefix = f"cencomm:{deployment_id.hex()}:rate:"
        self._secret = secret

    async def settle(self, name: str, spent: Mapping[str, float], per_second: float, burst: float) -> dict[str, float]:
        """The tokens left in each bucket of the limit `name` after `spent` was taken off; below zero is a debt.

        Raises what `redis_bus.Faults` names.
        """
        keys = list(spent)
        left: dict[str, float] = {}
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key in some:
                    pipeline.eval(_SETTLE, 1, self._name(name, key), str(per_second), str(burst), str(spent[key]))
                answers = await pipeline.execute()
            left.update({key: float(answer) for key, answer in zip(some, answers, strict=True)})
        return left

    async def close(self) -> None:
        await self._redis.aclose()

    def _name(self, name: str, key: str) -> str:
        return self._prefix + blake2b(f"{name} {key}".encode(), digest_size=KEY_BYTES, key=self._secret).hexdigest()
