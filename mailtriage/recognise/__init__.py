"""Message to Report: which kind of mail this is, and its sections. One module a kind, found by walking the package."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Protocol, cast

from mailtriage.recognise import unknown
from mailtriage.recognise._measures import MEASURES
from mailtriage.recognise._sections import SectionType
from mailtriage.types import Message, Report

__all__ = ["Recogniser", "SectionNames", "kinds", "measures", "name", "recognise"]

_logger = logging.getLogger(__name__)
_FIRST = ("cron", "freebsd_daily", "freebsd_security", "zabbix")  # what nearly all mails are; only one kind claims a mail
_LAST = ("human", "unknown")


class Recogniser(Protocol):
    """What a module of this package offers."""

    __name__: str
    SECTIONS: tuple[SectionType, ...]  # what its reports are cut into

    def claims(self, message: Message) -> bool:
        """True if the mail is of this kind, by at least two marks."""

    def report(self, message: Message) -> Report:
        """The mail cut into sections."""


@cache
def kinds() -> tuple[Recogniser, ...]:
    """The recognisers in the order they are asked: the frequent kinds, the other machines by name, then people, then unknown."""
    return tuple(map(_module, _names()))


@cache
def _names() -> tuple[str, ...]:
    names = sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))
    return (*_FIRST, *(name for name in names if name not in (*_FIRST, *_LAST)), *_LAST)


def _module(kind: str) -> Recogniser:
    return cast(Recogniser, importlib.import_module(f"{__name__}.{kind}"))


def name(kind: Recogniser) -> str:
    """The name of a kind: that of its file."""
    return kind.__name__.rpartition(".")[2]


class SectionNames(Mapping[str, tuple[str, ...]]):
    """The sections each kind may be cut into; a recogniser is imported when its kind is asked for."""

    def __getitem__(self, kind: str) -> tuple[str, ...]:
        if kind not in _names():
            raise KeyError(kind)
        return tuple(one.name for one in _module(kind).SECTIONS)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


def measures() -> dict[str, tuple[str, str]]:
    """Unit and meaning of every measure."""
    return dict(MEASURES)


def recognise(message: Message) -> Report:
    """The report a message is; never raises: what a recogniser cannot take is of kind `unknown`, with a note."""
    tried = ""
    try:
        for recogniser in kinds():
            tried = recogniser.__name__
            if recogniser.claims(message):
                return recogniser.report(message)
    except Exception as error:  # noqa: BLE001 - part of the edge around one mail: it is kept, with the fault in its note
        failed = tried.rpartition(".")[2]
        _logger.error("mail=%s recogniser=%s error=%s", message.id, failed, type(error).__name__)
        return unknown.report(message, note=f"the recogniser {failed} failed ({type(error).__name__}), so this was not taken apart")
    return unknown.report(message)
