"""Sinks: one module for each target, found by walking this package, so that a new one edits no existing file.

A sink module has `Settings` (a frozen dataclass, each key with its help) and `send(delivery, settings) -> Result`.
Retry, order, dead letters and idempotence are the outbox's. Names starting with `_` are shared support.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Protocol, cast

from mailtriage.errors import ConfigError, Place
from mailtriage.sinks._deliver import Outbox, Sink, deliver
from mailtriage.sinks._result import Answer, Delivery, Result
from mailtriage.sinks._settings import did_you_mean, settings_from

__all__ = ["Answer", "Delivery", "Outbox", "Result", "Sink", "SinkModule", "deliver", "kinds", "open_sink", "settings_from"]


class SinkModule(Protocol):
    """What a module of this package offers."""

    Settings: type

    def send(self, delivery: Delivery, settings: object) -> Result:
        """Brings one delivery to the target and says what the target said."""


@cache
def kinds() -> Mapping[str, SinkModule]:
    """Every kind of sink by the name of its module."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    return {name: cast(SinkModule, importlib.import_module(f"{__name__}.{name}")) for name in names}


def open_sink(name: str, kind: str, options: Mapping[str, object], place: Place | None = None) -> Sink:
    """The sink of one configuration table; a ConfigError names every key that is wrong."""
    module = kinds().get(kind)
    if module is None:
        raise ConfigError(f"sink {name!r}: there is no type {kind!r}{did_you_mean(kind, list(kinds()))}", place=place)
    settings: object = settings_from(module.Settings, options, f"sink {name!r}", place)
    return Sink(name=name, send=lambda delivery: module.send(delivery, settings))
