"""What is measured of the site, as Prometheus reads it. deploy/ has a board and alerts that use these names."""

from collections import defaultdict
from collections.abc import Iterator
from math import inf

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from hcpov import config, counts
from hcpov.comments import queue
from hcpov.comments.outcomes import COMMENT
from hcpov.counts import Name
from hcpov.extensions import db, huey
from hcpov.mail import queries as mail
from hcpov.ops import build, heartbeat
from hcpov.pages.changes import stored
from hcpov.pages.store import PAGE

REQUEST, SECONDS = "request", "seconds"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, inf)
_SUM = "sum"


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Counts a request that the application answered."""
    here = counts.here()
    here.add(REQUEST, method, route, str(status))
    here.add(SECONDS, route, str(next(each for each in BUCKETS if seconds <= each)))
    here.add(SECONDS, route, _SUM, by=seconds)


def text() -> bytes:
    """Returns everything that is measured. Three queries."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Site())
    return generate_latest(registry)


class _Site(Collector):
    """All of it, put together when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        """Yields what is measured."""
        totals = counts.here().totals()
        yield InfoMetricFamily("hcpov_build", "What runs.", {"version": build.VERSION, "commit": build.COMMIT})
        yield _counter(
            totals, REQUEST, "hcpov_requests", "Requests that the application answered.", "method route status"
        )
        yield _latencies(totals)
        yield _counter(totals, COMMENT, "hcpov_comments", "What became of comments that were sent.", "outcome")
        yield _counter(totals, PAGE, "hcpov_pages", "Finished pages, by what was done with them.", "outcome")
        pages, taken = stored()
        yield GaugeMetricFamily("hcpov_pages_stored", "Finished pages that are kept.", pages)
        yield GaugeMetricFamily("hcpov_pages_stored_bytes", "What finished pages take.", taken)
        yield from _database()
        yield GaugeMetricFamily("hcpov_jobs_waiting", "Jobs that the worker has not begun.", huey.pending_count())
        if (age := heartbeat.age(config.current().instance)) is not None:
            yield GaugeMetricFamily("hcpov_worker_lag_seconds", "How long ago the worker was last at work.", age)


def _database() -> Iterator[Metric]:
    try:
        held, outbox = queue.count(None), mail.queue()
    except SQLAlchemyError:
        db.session.rollback()
        yield GaugeMetricFamily("hcpov_database_up", "Whether the database answers.", 0)
        return
    yield GaugeMetricFamily("hcpov_database_up", "Whether the database answers.", 1)
    yield GaugeMetricFamily("hcpov_comments_held", "Comments that wait for an editor.", held)
    yield GaugeMetricFamily("hcpov_mail_waiting", "Messages that are not sent yet.", outbox.waiting)
    yield GaugeMetricFamily("hcpov_mail_overdue_seconds", "How long the most overdue message waits.", outbox.overdue)
    yield GaugeMetricFamily("hcpov_mail_given_up", "Messages that were given up.", outbox.given_up)


def _counter(totals: dict[Name, float], kind: str, name: str, words: str, labels: str) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=labels.split())
    for (first, *rest), number in sorted(totals.items()):
        if first == kind:
            family.add_metric(rest, number)
    return family


def _latencies(totals: dict[Name, float]) -> HistogramMetricFamily:
    family = HistogramMetricFamily("hcpov_request_seconds", "How long requests took.", labels=["route"])
    by_route: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (kind, *rest), number in totals.items():
        if kind == SECONDS:
            by_route[rest[0]][rest[1]] = number
    for route, found in sorted(by_route.items()):
        buckets, so_far = [], 0.0
        for each in BUCKETS:
            so_far += found.get(str(each), 0)
            buckets.append(("+Inf" if each == inf else str(each), so_far))
        family.add_metric([route], buckets, found.get(_SUM, 0))
    return family
