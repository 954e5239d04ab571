"""What goes into a sink and what comes out: a delivery, and one of three answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailtriage.types import Change, RawMail


class Delivery(Protocol):
    """One change, digest or passed mail on its way to one sink."""

    @property
    def id(self) -> str:
        """The same over all tries: receivers tell a double by it."""

    @property
    def what(self) -> str:
        """`change`, `digest` or `pass`."""

    @property
    def mail_id(self) -> str:
        """The mail that caused it, "" if none did."""

    @property
    def created_at(self) -> datetime:
        """When it was decided."""

    @property
    def n_tries(self) -> int:
        """This try included."""

    @property
    def change(self) -> Change | None:
        """Of an event."""

    @property
    def subject(self) -> str:
        """Of a digest."""

    @property
    def text(self) -> str:
        """Of a digest."""

    @property
    def html(self) -> str:
        """Of a digest."""

    @property
    def raw(self) -> RawMail | None:
        """A passed mail as it came."""

    def with_raw(self, raw: RawMail) -> Delivery:
        """The same with the bytes of the passed mail."""


class Answer(enum.Enum):
    """What the target said."""

    DONE = "done"
    AGAIN = "again"  # it may take it later
    NEVER = "never"  # it will not take it, however often it is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer of a target; whatever is not DONE says why."""

    answer: Answer
    detail: str = ""

    @classmethod
    def done(cls) -> Result:
        """The target has it."""
        return cls(answer=Answer.DONE)

    @classmethod
    def again(cls, detail: str) -> Result:
        """Not now."""
        return cls(answer=Answer.AGAIN, detail=detail)

    @classmethod
    def never(cls, detail: str) -> Result:
        """Not at all."""
        return cls(answer=Answer.NEVER, detail=detail)
