"""What Prometheus reads of this process: its requests and sockets. `app.job_metrics` adds the jobs.

Requests that a rate limit refused are those with status 429.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "reelflow_http_requests_total",
    "Requests answered, by method, route template and status.",
    ["method", "route", "status"],
)
REQUEST_SECONDS = Histogram(
    "reelflow_http_request_duration_seconds",
    "From a request's first line to the last byte of its answer.",
    ["method", "route"],
    # Around what is promised (a submit in 60 ms) and up to an upload of 100 MB.
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
IN_FLIGHT = Gauge("reelflow_http_requests_in_flight", "Requests that are being answered now.")
OPEN_SOCKETS = Gauge("reelflow_open_sockets", "WebSockets that are open now.")

UNMATCHED = "unmatched"
OTHER_METHOD = "OTHER"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Looking a child up by its labels takes longer than counting with it. Bounded as the labels are.
_counters: dict[tuple[str, str, int], Counter] = {}
_histograms: dict[tuple[str, str], Histogram] = {}


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts an answered request.

    Args:
        method: a method that HTTP doesn't know is counted as OTHER: a caller may make up any.
        route: the route's template, never the path itself; `UNMATCHED` when there is no such route.
        status: of the answer.
        seconds: that it took.
    """
    if method not in _METHODS:
        method = OTHER_METHOD
    counter = _counters.get((method, route, status))
    if counter is None:
        counter = _counters[method, route, status] = REQUESTS.labels(method, route, str(status))
    histogram = _histograms.get((method, route))
    if histogram is None:
        histogram = _histograms[method, route] = REQUEST_SECONDS.labels(method, route)
    counter.inc()
    histogram.observe(seconds)
