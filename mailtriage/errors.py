"""The errors an admin can cause and cure. Each says where and what to do; none ends in a traceback."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something is wrong; line and column count from 1, 0 means unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        text = self.path
        if self.line:
            text += f":{self.line}"
            if self.column:
                text += f":{self.column}"
        return text


class MailtriageError(Exception):
    """Base of what a command line prints as one clear message. `exit_code` is 2: usage or unreadable input."""

    exit_code = 2

    def __init__(self, message: str, *, place: Place | None = None, remedy: str = "") -> None:
        self.message = message
        self.place = place
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n  {self.remedy}" if self.remedy else text


class ConfigError(MailtriageError):
    """The configuration is wrong; it may hold several problems, one a line."""


class InputError(MailtriageError):
    """A path or mail given on the command line cannot be read."""


class StoreError(MailtriageError):
    """The store cannot be opened, read or written."""


class ModelError(MailtriageError):
    """A model folder is missing, broken or of another version."""


class RuleError(MailtriageError):
    """A rule cannot be used."""


class InventoryError(MailtriageError):
    """An inventory or the policy cannot be read."""
