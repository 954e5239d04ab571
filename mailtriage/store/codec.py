"""Outcomes and changes as JSON and back, exactly. Fields at their default are left out; fields of a later version are ignored.

The plan of each type is made once, since this runs for every section of every mail.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import threading
import types
import typing
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import zstandard

from mailtriage.types import Change, Outcome

_T = TypeVar("_T")
_Turn = Callable[[Any], Any]
_LEVEL = 1
_local = threading.local()  # zstd contexts must not be shared between threads


def pack(outcome: Outcome) -> bytes:
    """The outcome as compressed JSON."""
    return _contexts()[0].compress(_text(Outcome, outcome).encode())


def unpack(packed: bytes) -> Outcome:
    """The outcome that `pack` was given; ValueError when the bytes are not one."""
    try:
        return _value(Outcome, _contexts()[1].decompress(packed).decode())
    except (zstandard.ZstdError, KeyError, TypeError) as error:
        raise ValueError(f"not an outcome: {error}") from error


def change_text(change: Change) -> str:
    """The change as JSON."""
    return _text(Change, change)


def change_from(text: str) -> Change:
    """The change that `change_text` was given."""
    return _value(Change, text)


def _contexts() -> tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]:
    if not hasattr(_local, "contexts"):
        _local.contexts = (zstandard.ZstdCompressor(level=_LEVEL), zstandard.ZstdDecompressor())
    return typing.cast("tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]", _local.contexts)


def _text(shape: type[_T], value: _T) -> str:
    # Escapes to ASCII on purpose: text of broken mails may hold what UTF-8 cannot.
    return json.dumps(_turns(typing.cast(Any, shape))[0](value), separators=(",", ":"))


def _value(shape: type[_T], text: str) -> _T:
    return typing.cast(_T, _turns(typing.cast(Any, shape))[1](json.loads(text)))


@cache
def _turns(hint: Any) -> tuple[_Turn, _Turn]:
    """How a value of this type becomes JSON, and back."""
    if dataclasses.is_dataclass(hint):
        return _dataclass_turns(typing.cast(type, hint))
    if isinstance(hint, type) and issubclass(hint, enum.StrEnum):
        return str, hint
    if hint is datetime:
        return datetime.isoformat, datetime.fromisoformat
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return _tuple_turns(args)
    if origin is types.UnionType:
        to, back = _turns(next(arg for arg in args if arg is not type(None)))
        return (lambda value: None if value is None else to(value)), (lambda value: None if value is None else back(value))
    if hint in (str, int, float, bool):
        return _same, _same
    raise TypeError(f"no way to write {hint!r} as JSON")


def _tuple_turns(args: tuple[Any, ...]) -> tuple[_Turn, _Turn]:
    inner = [_turns(arg) for arg in args if arg is not Ellipsis]
    if args[-1] is Ellipsis:
        to, back = inner[0]
        return (lambda value: [to(one) for one in value]), (lambda value: tuple(back(one) for one in value))
    return (
        lambda value: [to(one) for (to, _), one in zip(inner, value, strict=True)],
        lambda value: tuple(back(one) for (_, back), one in zip(inner, value, strict=True)),
    )


def _dataclass_turns(shape: type) -> tuple[_Turn, _Turn]:
    hints = typing.get_type_hints(shape)
    plan = [(one.name, *_turns(hints[one.name]), _default(one)) for one in dataclasses.fields(shape)]
    backs = {name: back for name, _, back, _ in plan}

    def to_json(value: Any) -> dict[str, Any]:
        found = {}
        for name, to, _, default in plan:
            field = getattr(value, name)
            if field != default:
                found[name] = field if to is _same else to(field)
        return found

    def from_json(fields: dict[str, Any]) -> Any:
        return shape(**{name: backs[name](field) for name, field in fields.items() if name in backs})

    return to_json, from_json


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else _NO_DEFAULT


def _same(value: Any) -> Any:
    return value


_NO_DEFAULT = object()
