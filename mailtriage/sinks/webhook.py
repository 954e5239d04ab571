"""Events as JSON over HTTP: one POST for each change, with an id that stays the same when it is sent again."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailtriage.sinks._event import event_json
from mailtriage.sinks._result import Delivery, Result
from mailtriage.text import one_line

# What is wrong with this very event. Any other refusal (a token, a path, a proxy) can be mended, and the alarm waits for it.
_NEVER = (400, 413, 415, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A webhook."""

    url: str = field(metadata={"help": "where events are posted, http:// or https://"})
    timeout_s: float = field(default=10.0, metadata={"help": "seconds the target may take for an answer"})

    def __post_init__(self) -> None:
        problems = []
        if not self.url.startswith(("http://", "https://")) or not self.url.partition("://")[2]:
            problems.append(f"url must begin with http:// or https:// and name a host, not {self.url!r}")
        if not 0 < self.timeout_s <= 60:
            problems.append(f"timeout_s must be more than 0 and at most 60, not {self.timeout_s:g}")
        if problems:
            raise ValueError("\n".join(problems))


def send(delivery: Delivery, settings: Settings) -> Result:
    """Posts one change; only an answer of 2xx means that the target has it."""
    import httpx

    if delivery.change is None:
        return Result.never("a webhook takes events only")
    headers = {"Content-Type": "application/json", "Idempotency-Key": delivery.id, "User-Agent": "mailtriage"}
    try:
        answer = httpx.post(
            settings.url, content=event_json(delivery, delivery.change), headers=headers, timeout=settings.timeout_s, trust_env=False
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Result.again(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    if answer.is_success:
        return Result.done()
    said = one_line(f"HTTP {answer.status_code} {answer.reason_phrase}")
    if answer.status_code in _NEVER:
        return Result.never(said)
    return Result.again(said)  # also a redirect: it may be a login page in between, and the event must not be lost to it
