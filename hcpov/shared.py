"""Redis, as the queue and the limits speak to it. Loaded where a site names one: others would hold 6 MB for nothing."""

from typing import Any

from huey import storage
from redis import ConnectionPool, Redis, RedisError, exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

SECONDS = 0.5  # to wait for Redis; a request waits this long twice at most

PROBLEMS = (RedisError, OSError)

# Huey was loaded as if Redis were not installed (jobs.py).
storage.ConnectionPool, storage.Redis = ConnectionPool, Redis
storage.ConnectionError, storage.TimeoutError = exceptions.ConnectionError, exceptions.TimeoutError


class Queue(storage.PriorityRedisStorage):  # type: ignore[misc]
    """Huey's queue in Redis, which never waits for a job to come."""

    redis_client = Redis

    def __init__(self, name: str, url: str) -> None:
        pool = ConnectionPool.from_url(url, **options())
        super().__init__(name, blocking=False, connection_pool=pool)


def options() -> dict[str, Any]:
    """Returns how long Redis is waited for. It is asked twice, as it may have closed the line while it was idle."""
    return {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS, "retry": Retry(NoBackoff(), 1)}
