"""What Prometheus may scrape: counts and times, never anything about a person."""

import time
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.errors import StoreUnavailable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Counts = Callable[[], Awaitable[dict[str, int]]]
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3, 10)
"""Histogram buckets; 3 s is where Slack and 15 s where Twilio give up on a webhook."""


class Metrics:
    """The figures of one server; each server has its own registry, so that tests and the demo do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "echolot_http_requests",
            "Finished requests.",
            ["endpoint", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "echolot_http_seconds",
            "Time to answer.",
            ["endpoint"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._hooks = Counter(
            "echolot_webhooks", "Webhook calls by outcome.", ["channel", "outcome"], registry=self.registry
        )
        self._rows = Gauge("echolot_rows", "Rows that wait or went wrong.", ["what"], registry=self.registry)
        self._store = Gauge("echolot_store_up", "1 while the database answers.", registry=self.registry)
        self._started = Gauge("echolot_start_time_seconds", "When this server started.", registry=self.registry)
        self._started.set(time.time())
        # looking up by labels takes a lock; the combinations are few
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._calls: dict[tuple[str, str], Counter] = {}

    def observe(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """One finished request."""
        try:
            count, times = self._known[endpoint, method, status]
        except KeyError:
            count, times = self._requests.labels(endpoint, method, str(status)), self._seconds.labels(endpoint)
            self._known[endpoint, method, status] = count, times
        count.inc()
        times.observe(seconds)

    def hook(self, channel: str, outcome: str) -> None:
        """One webhook call: accepted | forged | unavailable."""
        if (channel, outcome) not in self._calls:
            self._calls[channel, outcome] = self._hooks.labels(channel, outcome)
        self._calls[channel, outcome].inc()

    async def page(self, counts: Counts) -> bytes:
        """Everything in Prometheus' text format; the store's figures are read now."""
        try:
            for what, count in (await counts()).items():
                self._rows.labels(what).set(count)
            self._store.set(1)
        except StoreUnavailable:
            self._store.set(0)
        return generate_latest(self.registry)
