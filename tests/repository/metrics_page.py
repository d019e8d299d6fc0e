"""docs/metrics.md, written from the metrics that the service declares."""

from __future__ import annotations

from cds_service.observe import metrics
from cds_service.observe.metrics_family import ALL, OTHER, Described, Vocabulary

HEAD = """\
# Metrics

What the service counts while it answers, for Prometheus and whatever reads its format. All workers of a
service are one sum. The alert rules in `deploy/alerts/calcification-cds.yaml` watch these numbers; each has
a [run-book](run-books/README.md). The tables of this page are written from the code by `make docs`.

## Where they are read

In production on a port of its own, and only where one is set:

```ini
CALCIFICATION_CDS_METRICS_PORT=9464
CALCIFICATION_CDS_METRICS_HOST=127.0.0.1
```

`GET /metrics` there needs no token and has no TLS, so the address has to be one that monitors alone can
reach: a loopback address (the default), or an inner network. The port shows this one page. Nothing is shown
on the port of the service itself. The `development` profile shows the page there, too, to callers of the
same machine.

```yaml
scrape_configs:
  - job_name: calcification-cds
    static_configs:
      - targets: ["127.0.0.1:9464"]
```

`serve` makes a folder in which its workers leave their counts once a second, in memory where there is a
place for that. Under another web server with several workers, name a folder that no other service uses:

<!-- run by: tests/cds_service/observe/test_metrics_served.py::test_two_workers_are_one_sum -->
```sh
export CALCIFICATION_CDS_METRICS_PORT=9464 CALCIFICATION_CDS_METRICS_FOLDER=/run/calcification-cds
gunicorn --workers 2 --bind 127.0.0.1:8000 cds_service.wsgi:app
```

One worker serves the port for all; when it ends, another takes over within a second or two. What a worker
counted goes on counting after its end. A folder that cannot be written, because the disk is full or it is
gone, makes the numbers old and changes no answer; the log says `metrics` once.

## What is counted

"Together" says what the values of several workers make: their sum, the smallest or the largest. Add up over
replicas with `sum`, `min` or `max` in the same way.

| metric | kind | what it says | labels | together |
| --- | --- | --- | --- | --- |
"""

LABELS = f"""
A histogram has the series `_bucket`, `_sum` and `_count`; its bounds in seconds are {{bounds}}. A time is
measured inside the service: waiting for a connection, and in the web server, is not in it.

## Labels

Every label has a closed list of values. Whatever is not on it counts as `{OTHER}`, so that a caller cannot
make new series, and no id, name, address or text of a request, of feedback or of a token can stand on the
page.

| label | what it says | values |
| --- | --- | --- |
"""

TAIL = """
Series that alerts watch for their first event begin at zero: feedback, refusals, reads, troubles, and the
usual statuses of each hook. Others appear with their first event.

## What it costs

A sign-off touches about 15 counters and one distribution. It hands over what happened (1 µs by itself, 4 to
12 µs as the difference between requests with and without it), and the counting is done for about thirty
requests at once, or once a second: 8 µs for each. Together that is less than 25 µs of processor time;
[Performance](performance.md) has what an answer costs. Once a second each worker takes 1 to 1.5 ms to leave
its counts. A page takes 4 ms in the worker that serves it. All of it was measured on a machine that was busy
with other work.
"""

SHORT = 12


def _name(described: Described) -> str:
    labels = ", ".join(f"`{label.name}`" for label in described.labels)
    return f"| `{described.name}` | {described.kind} | {described.help} | {labels} | {described.across} |"


def _values(label: Vocabulary) -> str:
    if label is metrics.ROUTE:
        return "the routes of the service"
    if label in (metrics.VERSION, metrics.MODEL):
        return "the one that runs"
    if len(label.values) > SHORT:
        return f"{len(label.values)} of them"
    return ", ".join(f"`{value}`" for value in sorted(label.values))


def metrics_page() -> str:
    """Every metric and every label, with the words that the code has for them."""
    labels = {label.name + label.meaning: label for each in ALL.values() for label in each.labels}
    bounds = ", ".join(f"{bound:g}" for bound in metrics.SECONDS)
    return (
        HEAD
        + "".join(f"{_name(each)}\n" for each in ALL.values())
        + LABELS.format(bounds=bounds)
        + "".join(f"| `{each.name}` | {each.meaning} | {_values(each)} |\n" for each in labels.values())
        + TAIL
    )
