"""The counters as Prometheus reads them."""

from __future__ import annotations

import threading

from mailtriage.metrics import Registry


def test_the_text_is_what_prometheus_reads() -> None:
    registry = Registry()
    judged = registry.counter("judged_total", "Mails judged.")
    judged.inc(verdict="drop")
    judged.inc(2, verdict='a"b\\c\nd')
    registry.gauge("spool_lag", "Mails not judged yet.").set(1.5)
    registry.gauge("connections", "Connections open now.").read_from(lambda: 3)
    registry.counter("folded_total", "Copies.")
    assert registry.text() == (
        "# HELP mailtriage_connections Connections open now.\n# TYPE mailtriage_connections gauge\nmailtriage_connections 3\n"
        "# HELP mailtriage_folded_total Copies.\n# TYPE mailtriage_folded_total counter\nmailtriage_folded_total 0\n"
        "# HELP mailtriage_judged_total Mails judged.\n# TYPE mailtriage_judged_total counter\n"
        'mailtriage_judged_total{verdict="a\\"b\\\\c\\nd"} 2\nmailtriage_judged_total{verdict="drop"} 1\n'
        "# HELP mailtriage_spool_lag Mails not judged yet.\n# TYPE mailtriage_spool_lag gauge\nmailtriage_spool_lag 1.5\n"
    )


def test_asking_twice_gives_the_same_counter() -> None:
    registry = Registry()
    registry.counter("x_total", "X.").inc()
    assert registry.counter("x_total", "X.").value() == 1


def test_no_count_is_lost_between_threads() -> None:
    counter = Registry().counter("x_total", "X.")
    threads = [threading.Thread(target=lambda: [counter.inc() for _ in range(1000)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value() == 8000
