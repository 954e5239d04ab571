"""Silence is an event: a report that is late, a host whose reports all are, or the mail path when many hosts fall silent at once.

One thing is told once: the host hides its kinds, the path hides the hosts. Jobs whose silence means success are never missed. What runs
much more often than usual is told here too, and a retired host that writes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from mailtriage.correlate.changes import event_id
from mailtriage.types import Change, ChangeType, OpenEvent, Recovery, Severity

CHECK = "silence"
TOO_OFTEN = "too_often"
RETURNED = "retired"
FLEET_KEY = f"-/{CHECK}/-"
_FEW = 4  # hosts: fewer that fall silent together are told one by one
_SURELY_DUE = timedelta(hours=1)  # past its usual time, when others are asked whether they are missing too
_MARGIN = timedelta(hours=2)  # two reports of one night come within this
_SHARE = 0.05  # of the hosts due: enough for a common cause where nothing came from anybody since


class Flow(Protocol):
    """One sort of report or job of one host; as a flood it comes much more often than usual."""

    @property
    def host(self) -> str:
        """The host that sends it."""

    @property
    def kind(self) -> str:
        """The kind of mail."""

    @property
    def job(self) -> str:
        """The job of a kind that has several, else ""."""

    @property
    def pattern(self) -> str:
        """How it usually comes, in words."""

    @property
    def last_seen_at(self) -> datetime:
        """The last one."""


class Overdue(Flow, Protocol):
    """A report that has not come though it was due, of a kind whose absence is evidence; not of a retired host."""

    @property
    def relay(self) -> str:
        """Who handed in the last one, "" if not known."""

    @property
    def due_at(self) -> datetime:
        """When the next was expected."""

    @property
    def late_at(self) -> datetime:
        """From when on it is late."""

    @property
    def host_heard_at(self) -> datetime:
        """When anything last came from the host itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is asked of the past, and only where something is late."""

    n_heard_since: Callable[[datetime, str], int]  # from how many hosts something came after that, through this relay ("": any)
    ended_at: Callable[[str], datetime | None]  # when the event of this key last ended, None if it never did


def silence_changes(
    overdue: Sequence[Overdue],
    open_events: Sequence[OpenEvent],
    past: Past,
    *,
    floods: Sequence[Flow] = (),
    retired: Collection[str] = (),
    returned: Mapping[str, datetime] | None = None,
    is_behind: bool = False,
    now: datetime,
) -> tuple[Change, ...]:
    """Opens and closes what the clock has to say of who writes and who does not.

    `retired`: hosts that are not missed; `returned`: those that wrote again, and when they had been retired.
    While mails wait to be judged (`is_behind`) nothing is opened: theirs may be among them.
    """
    told = {event.key: event for event in open_events}
    known = {key: event for key, event in told.items() if event.check in (CHECK, TOO_OFTEN)}
    silence = {key: event for key, event in known.items() if event.check == CHECK}
    wanted = _Night(overdue, silence, past, now).wanted()
    wanted |= {event.key: event for event in (_too_often(flood, now) for flood in floods)}
    news = [*wanted.values(), *(_returned(host, at, now) for host, at in (returned or {}).items())]
    opened = [_change(ChangeType.OPENED, event, now) for event in news if event.key not in told and not is_behind]
    over = [event for key, event in known.items() if key not in wanted]
    return (*opened, *(_change(ChangeType.CLOSED, event, now, _why_over(event, wanted, retired)) for event in over))


class _Night:
    """Who is silent at one moment, and whether that is theirs or the path's."""

    def __init__(self, overdue: Sequence[Overdue], known: Mapping[str, OpenEvent], past: Past, now: datetime) -> None:
        self._known, self._past, self._now = known, past, now
        self._is_asked: dict[tuple[datetime, str], int] = {}
        self._late: dict[str, list[Overdue]] = defaultdict(list)
        missing: dict[str, Overdue] = {}  # by host: the first report that it surely should have sent
        for row in overdue:
            delay = self._grace(row)
            if now >= row.late_at + delay:
                self._late[row.host].append(row)
            is_told = bool(known.keys() & {_host_key(row.host), _kind_key(row)})
            if now >= row.due_at + delay + _SURELY_DUE and row.host_heard_at < row.due_at + _SURELY_DUE and not is_told:
                missing.setdefault(row.host, row)
        self._missing = missing

    def wanted(self) -> dict[str, OpenEvent]:
        """The events of silence that should be open now, by key."""
        found: dict[str, OpenEvent] = {}
        paths = self._paths()
        for relay, missing in paths.items():
            found[_path_key(relay)] = self._path_event(relay, missing)
        # What ends now explains once more: from the next tick on its end gives the grace.
        explaining = found.keys() | self._known.keys()
        for host, rows in self._late.items():
            quiet = [row for row in rows if _is_quiet(row)]
            if not quiet and _host_key(host) in self._known:
                continue
            is_explained = bool(explaining & {FLEET_KEY, _path_key(rows[0].relay)})
            for event in [_host_event(host, quiet, self._now)] if quiet else [_kind_event(row, self._now) for row in rows]:
                if event.key in self._known or not is_explained:
                    found[event.key] = event
        return found

    def _paths(self) -> dict[str, list[Overdue]]:
        """The relays ("": the whole fleet) behind which many are missing at once, with what is missing."""
        everybody = list(self._missing.values())
        by_relay: dict[str, list[Overdue]] = defaultdict(list)
        for row in everybody:
            by_relay[row.relay].append(row)
        is_behind_one = len(by_relay) == 1 and "" not in by_relay and FLEET_KEY not in self._known and self._wrote_elsewhere(everybody)
        if not is_behind_one and self._is_common(everybody, ""):
            return {"": everybody}
        return {relay: rows for relay, rows in by_relay.items() if relay and self._is_common(rows, relay)}

    def _wrote_elsewhere(self, rows: list[Overdue]) -> bool:
        """Whether hosts behind other relays wrote, in the time in which these did not."""
        since = min(row.due_at for row in rows) - _MARGIN
        return self._n_heard(since, "") > self._n_heard(since, rows[0].relay)

    def _is_common(self, rows: list[Overdue], relay: str) -> bool:
        event = self._known.get(_path_key(relay))
        if event is not None:  # it lasts until as many were heard again as are still missing
            return len(rows) > self._n_heard(event.opened_at, relay)
        late = [row for row in rows if row.host in self._late]
        return len(rows) >= _FEW and any(self._is_shared(row, rows, relay) for row in _one_an_hour(late))

    def _is_shared(self, row: Overdue, rows: list[Overdue], relay: str) -> bool:
        """Whether most of those due with this one are missing, or so many that a cause of their own is unlikely, and nobody else wrote."""
        n_missing = sum(other.due_at >= row.due_at - 3 * _MARGIN for other in rows)
        n_wrote = self._n_heard(row.due_at - _MARGIN, relay)
        if n_missing < _FEW:
            return False
        if n_missing > n_wrote:
            return not relay or 10 * n_wrote <= n_missing
        return n_missing >= _SHARE * (n_missing + n_wrote) and 10 * self._n_heard(row.due_at + _SURELY_DUE, relay) <= n_missing

    def _n_heard(self, since: datetime, relay: str) -> int:
        asked = (since, relay)
        if asked not in self._is_asked:
            self._is_asked[asked] = self._past.n_heard_since(since, relay)
        return self._is_asked[asked]

    def _grace(self, row: Overdue) -> timedelta:
        """How much longer to wait for what was due in a silence that has ended: its whole time again from that end on."""
        if self._known.keys() & {_host_key(row.host), _kind_key(row)} or self._now < row.due_at + _SURELY_DUE:
            return timedelta()
        keys = {FLEET_KEY, _path_key(row.relay), _host_key(row.host)}
        ends = [end for end in map(self._past.ended_at, keys) if end is not None and end >= row.due_at]
        return max(ends) - row.last_seen_at if ends else timedelta()

    def _path_event(self, relay: str, rows: Sequence[Overdue]) -> OpenEvent:
        names = sorted(row.host for row in rows)
        seen = max(row.host_heard_at for row in rows)
        hosts = f"{len(names)} hosts ({', '.join(names[:3])}{' ...' if len(names) > 3 else ''})"
        where = f"the relay {relay}" if relay else "the mail path"
        item = f"via {relay}" if relay else ""
        return _event("", item, Severity.HIGH, f"no mail from {hosts} since {_words(seen)}: see to {where}", seen, self._now)


def _one_an_hour(rows: Sequence[Overdue]) -> Sequence[Overdue]:
    """Of the rows due within an hour the last: each asks the store twice."""
    return list({row.due_at.replace(minute=0, second=0, microsecond=0): row for row in sorted(rows, key=lambda row: row.due_at)}.values())


def _is_quiet(row: Overdue) -> bool:
    """Whether the host sent nothing else either since its report was due."""
    return row.host_heard_at < row.due_at - min(_MARGIN, (row.due_at - row.last_seen_at) / 2)


def _host_key(host: str) -> str:
    return f"{host}/{CHECK}/-"


def _kind_key(row: Overdue) -> str:
    return f"{row.host}/{CHECK}/{row.job or row.kind}"


def _path_key(relay: str) -> str:
    return f"-/{CHECK}/via {relay}" if relay else FLEET_KEY


def _host_event(host: str, rows: Sequence[Overdue], now: datetime) -> OpenEvent:
    seen = max(row.host_heard_at for row in rows)
    kinds = ", ".join(sorted({row.job or row.kind for row in rows}))
    return _event(host, "", Severity.HIGH, f"no mail from {host} since {_words(seen)}: {kinds} did not come", seen, now)


def _kind_event(row: Overdue, now: datetime) -> OpenEvent:
    what = row.job or row.kind
    text = f"no {what} from {row.host} since {_words(row.last_seen_at)}, usual is {row.pattern}; the host writes otherwise"
    return _event(row.host, what, Severity.WARNING, text, row.last_seen_at, now)


def _too_often(flood: Flow, now: datetime) -> OpenEvent:
    what = flood.job or flood.kind
    text = f"{what} of {flood.host} comes much more often than usual, which is {flood.pattern}"
    return _event(flood.host, what, Severity.WARNING, text, flood.last_seen_at, now, check=TOO_OFTEN)


def _returned(host: str, retired_at: datetime, now: datetime) -> OpenEvent:
    text = f"{host}, retired on {retired_at:%Y-%m-%d}, writes again: it is missed again when it falls silent"
    return _event(host, "", Severity.INFO, text, now, now, check=RETURNED)


def _why_over(event: OpenEvent, wanted: Mapping[str, OpenEvent], retired: Collection[str]) -> str:
    if event.host in retired:
        return "the host is retired"
    if event.check == TOO_OFTEN:
        return "no longer so often, or for so long that it is usual now"
    if event.item and event.host and any(key == _host_key(event.host) or key.startswith(f"-/{CHECK}/") for key in wanted):
        return "not this report alone: the whole host is silent"
    if not event.host and event.item and FLEET_KEY in wanted:
        return "not behind this relay alone: the whole path is silent"
    return "heard of again" if event.host else "the hosts are heard of again"


def _words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _event(host: str, item: str, severity: Severity, summary: str, seen: datetime, now: datetime, *, check: str = CHECK) -> OpenEvent:
    key = f"{host or '-'}/{check}/{item or '-'}"
    return OpenEvent(
        id=event_id(key, now.isoformat()),
        key=key,
        host=host,
        check=check,
        item=item,
        severity=severity,
        summary=summary,
        recovery=Recovery.ONE_SHOT if check == RETURNED else Recovery.EXPLICIT,
        origin=f"clock/{check}",
        opened_at=now,
        last_seen_at=seen,
        count=1,
        mail_id="",
    )


def _change(kind: ChangeType, event: OpenEvent, now: datetime, comment: str = "") -> Change:
    return Change(type=kind, event=event, mail_id="", at=now, comment=comment)
