"""Counters and gauges of this process, written in the Prometheus text format.

Small on purpose: the accepting process must stay small, and nothing here needs more than a number with labels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

_PREFIX = "mailtriage_"
_Labels = tuple[tuple[str, str], ...]


class Metric:
    """One named number, or one for each set of labels."""

    def __init__(self, name: str, help_text: str, type_name: str) -> None:
        self.name = name
        self._help_text = help_text
        self._type_name = type_name
        self._values: dict[_Labels, float] = {}
        self._read: Callable[[], float] | None = None
        self._lock = threading.Lock()

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Adds `amount` to the number of these labels."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            self._values[key] = self._values.get(key, 0) + amount

    def set(self, value: float, **labels: str) -> None:
        """Makes the number of these labels `value`."""
        with self._lock:
            self._values[tuple(sorted(labels.items()))] = value

    def read_from(self, read: Callable[[], float]) -> None:
        """Asks `read` for the number each time it is shown."""
        self._read = read

    def value(self, **labels: str) -> float:
        """The number of these labels, 0 when nothing was counted yet."""
        if self._read is not None and not labels:
            return self._read()
        with self._lock:
            return self._values.get(tuple(sorted(labels.items())), 0)

    def text(self) -> str:
        """The lines of this metric, with its help and type."""
        with self._lock:
            values = dict(self._values)
        if self._read is not None:
            values[()] = self._read()
        if not values and self._type_name == "counter":
            values[()] = 0
        lines = [f"# HELP {self.name} {self._help_text}", f"# TYPE {self.name} {self._type_name}"]
        lines += [f"{self.name}{_braces(labels)} {_number(value)}" for labels, value in sorted(values.items())]
        return "\n".join(lines) + "\n"


class Registry:
    """The metrics of one process by name."""

    def __init__(self) -> None:
        self._metrics: dict[str, Metric] = {}
        self._lock = threading.Lock()

    def counter(self, name: str, help_text: str) -> Metric:
        """The counter `mailtriage_<name>`; the same object each time it is asked for."""
        return self._metric(name, help_text, "counter")

    def gauge(self, name: str, help_text: str) -> Metric:
        """The gauge `mailtriage_<name>`; the same object each time it is asked for."""
        return self._metric(name, help_text, "gauge")

    def text(self) -> str:
        """Every metric in the Prometheus text format, version 0.0.4."""
        with self._lock:
            metrics = sorted(self._metrics.values(), key=lambda metric: metric.name)
        return "".join(metric.text() for metric in metrics)

    def _metric(self, name: str, help_text: str, type_name: str) -> Metric:
        full_name = _PREFIX + name
        with self._lock:
            if full_name not in self._metrics:
                self._metrics[full_name] = Metric(full_name, help_text, type_name)
            return self._metrics[full_name]


def _braces(labels: _Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


REGISTRY = Registry()
counter = REGISTRY.counter
gauge = REGISTRY.gauge
text = REGISTRY.text
