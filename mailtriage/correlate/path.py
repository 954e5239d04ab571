"""No forged recovery: an OK ends an event only when it came the way the mails of that host come.

Everything a mail says of itself can be forged: From, HELO, Subject, Message-ID, the envelope, and every Received line but
those our own relays wrote. What cannot be is where the mail entered: the peer of our connection is seen by us, and each
relay writes above all others the address that handed the mail to it (RFC 5321, 4.4, TCP-info). So the path of a mail is the
chain of these addresses, from our side inwards; names are left out, since HELO and `by` prove nothing and change with an
upgrade. Reading the whole chain needs no list of relays: a mail forged at another place carries that place's address in it,
above whatever was forged, and so has another path. A path is compared as a whole.

What is believed, for each event:
- A path learnt for the host and the kind of report that raised the event. The first one that was seen is learnt by itself once
  it carried mails on three days. A further one never is while the first is in use: whoever floods a host's name with harmless mails over
  his own path only gets his path written down. Kinds are apart, so that a kind the host never sends cannot be taught first.
- The path of the mails that showed the event, if all of them took the same one: who raised it may end it, from day one. An
  alarm forged in advance gains nothing: the true one takes another path, and then only what is learnt counts.
- The same origin over other relays, if the host's own learnt path or a person (`trusted`) vouches for each of them; and a
  path of trusted addresses alone, such as that of a monitoring server that moved.
Everything else leaves the event open, and is shown once for each event and path. It is believed when a person confirms the
path, or when the host itself says the same over a learnt path. A host that moved would wait for that forever, so a path
becomes learnt, too, once it carried mails on fourteen days in which no learnt path of the host carried any.

Not proved: anything where a relay writes no address, or passes a HELO with brackets on as it came; and whoever may connect
from our own machine is our own mail system, so that the socket's permissions decide there (docs/mta.md).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mailtriage.text import one_line
from mailtriage.types import Change, ChangeType, Doubt, Entry, OpenEvent, Outcome, RawMail, Reason, Severity, State, Verdict

LOCAL = "local"  # our own machine
_UNPROVED = "?"  # a relay wrote no address
_ENDLESS = "..."  # more relays than any real path has
_MAX_HOPS = 10
_MAX_HEADER = 32 * 2**10
_MAX_LINE = 1000
_MAX_LINES = 6
_BETWEEN = " > "
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_RECEIVED = re.compile(rb"^received[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r'"[^"]*"')
_PART = re.compile(r"[()]| by ", re.IGNORECASE)
# Groups, and parts of one, with what the client said of itself instead of what the relay saw.
_SAID = re.compile(r"\((?:helo|ehlo|using|no client|client|authenticated|ident|envelope-from|envelope|uid)\b", re.IGNORECASE)
_SAID_PART = re.compile(r"\b(?:helo|ehlo|ident)=\S+", re.IGNORECASE)
_BRACKETS = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})(?:%\w+)?\]", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w.:-])[0-9A-Fa-f:.]{7,45}(?![\w.:-])")
_EXIM = re.compile(r"from (\[[^\]]+\])(?::\d+)?(?: |$)", re.IGNORECASE)
_SUBMITTED = re.compile(
    r"from (?:\S+ by \S+ with local\b|\S+ \((?:uid|userid) \d+\)|userid \d|localhost\b|\S+ \(\S+ \[local\]\))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the paths that may end one event."""

    paths: tuple[str, ...] = ()  # learnt for its host and the kind of its origin
    shown_over: str = ""  # the path of all mails that showed it, "" if they took several
    trusted: tuple[str, ...] = ()  # addresses and networks that a person vouches for


def path_of(raw: RawMail) -> str:
    """The addresses a mail passed, origin first: `10.1.0.7 > 10.0.0.1`, `local` for our own machine; at most 500 characters."""
    hops = [_spelt(raw.peer) or LOCAL]
    header = raw.data[:_MAX_HEADER]
    end = _HEADER_END.search(header)
    for hop in _hops(header[: end.start()] if end else header):
        if hop and hop != hops[-1]:
            hops.append(hop)
        if len(hops) > _MAX_HOPS:
            hops[-1] = _ENDLESS
            break
    return _BETWEEN.join(reversed(hops))


def fits(path: str, known: Known) -> bool:
    """Whether a mail over this path may end the event of which this is known."""
    hops = path.split(_BETWEEN)
    if _ENDLESS in hops:
        return False
    if path in known.paths or path == known.shown_over:
        return True
    if _UNPROVED in hops:
        return False
    origins = {one.split(_BETWEEN)[0] for one in known.paths}
    vouched = {relay for one in (*known.paths, known.shown_over) for relay in one.split(_BETWEEN)[1:]}
    if not all(relay in vouched or _is_trusted(relay, known.trusted) for relay in hops[1:]):
        return False
    return hops[0] in origins or _is_trusted(hops[0], known.trusted)


def withhold(changes: Sequence[Change], path: str, known_of: Callable[[OpenEvent], Known]) -> tuple[tuple[Change, ...], tuple[Doubt, ...]]:
    """The changes of one mail that are believed, and the ends of events that are not; anything but an end is believed."""
    kept: list[Change] = []
    doubted: list[Doubt] = []
    for change in changes:
        if change.type is not ChangeType.CLOSED or not change.mail_id or fits(path, known_of(change.event)):
            kept.append(change)
        else:
            doubted.append(Doubt(event=change.event, path=path, mail_id=change.mail_id, at=change.at, comment=change.comment))
    return tuple(kept), tuple(doubted)


def unbelieved_oks(outcome: Outcome, path: str, known_of: Callable[[str, str], Known]) -> frozenset[str]:
    """The keys of which this mail says OK over a path that is not its host's: such an OK must not overtake a later problem.

    `known_of` is asked with host and kind; a host of which no path is known is believed.
    """
    oks = [event for event in outcome.events if event.state is State.OK]
    if not oks:
        return frozenset()
    known = {host: known_of(host, outcome.kind) for host in {event.host for event in oks}}
    return frozenset(event.key for event in oks if known[event.host].paths and not fits(path, known[event.host]))


def confirmed(doubts: Sequence[Doubt], known_of: Callable[[OpenEvent], Known], now: datetime) -> tuple[Change, ...]:
    """The ends of events that were doubted, and whose path is known by now."""
    ended: dict[str, Change] = {}
    for doubt in doubts:
        if doubt.event.id not in ended and fits(doubt.path, known_of(doubt.event)):
            comment = f"{doubt.comment} (its path {doubt.path} is confirmed)".strip()
            ended[doubt.event.id] = Change(type=ChangeType.CLOSED, event=doubt.event, mail_id=doubt.mail_id, at=now, comment=comment)
    return tuple(ended.values())


def doubt_entry(outcome: Outcome, doubts: Sequence[Doubt], known: Known) -> Entry:
    """What the digest shows of one mail whose OKs were not believed; `doubts` has at least one."""
    first = doubts[0]
    usual = f", while its mails come by {' or '.join(known.paths[:3])}" if known.paths else ", and none is known for it yet"
    detail = (
        f"an OK from an unusual path: {first.path}{usual}. What it ends stays open. "
        f"If the path is right: mailtriage hosts confirm-path {first.event.host}"
    )
    return Entry(
        mail_id=outcome.id,
        received_at=outcome.received_at,
        host=first.event.host,
        kind=outcome.kind,
        section=first.event.origin.partition("/")[2],
        verdict=Verdict.DIGEST,
        severity=Severity.WARNING,
        summary=f"an OK from an unusual path, not believed: {one_line(first.path)}",
        lines=tuple(one_line(f"{doubt.event.key}: {doubt.comment}") for doubt in doubts[:_MAX_LINES]),
        reason=Reason(by="path", detail=one_line(detail, 500)),
        score=1.0,
        subject=outcome.subject,
    )


def _hops(header: bytes) -> Iterator[str]:
    """What each Received line says of the one who handed the mail over, the newest first; "" where it was made on the machine."""
    for found in _RECEIVED.finditer(header):
        yield _handed_by(" ".join(found[1][:_MAX_LINE].decode("latin-1").split()))


def _handed_by(line: str) -> str:
    """The address behind `from`, as the relay saw it; several joined by `|` where the line is not clear."""
    if not line.lower().startswith("from "):
        return ""
    line = _QUOTED.sub("", line)
    told = [_addresses(_SAID_PART.sub("", group)) for group in _from_groups(line) if not _SAID.match(group)]
    found = list(dict.fromkeys(address for some in told for address in some))
    if not found and (alone := _EXIM.match(line)):
        found = _addresses(alone[1])
    if found:
        return "|".join(address for address in found if address != LOCAL)[:100]
    is_local = bool(_SUBMITTED.match(line)) and all(_spelt(one) in ("", LOCAL) for one in _BRACKETS.findall(line))
    return "" if is_local else _UNPROVED


def _from_groups(line: str) -> list[str]:
    """The groups in parentheses before ` by `."""
    groups: list[str] = []
    depth = start = 0
    for part in _PART.finditer(line):
        if part[0] == "(":
            start = part.start() if not depth else start
            depth += 1
        elif part[0] == ")" and depth:
            depth -= 1
            if not depth:
                groups.append(line[start : part.end()])
        elif part[0] not in "()" and not depth:
            break
    return groups


def _addresses(text: str) -> list[str]:
    """The addresses in a text: those in brackets, else bare ones."""
    found = [_spelt(one) for one in _BRACKETS.findall(text)] or [_spelt(one) for one in _BARE.findall(text)]
    return [one for one in found if one]


@lru_cache(maxsize=4096)
def _spelt(address: str) -> str:
    """The address in its one spelling, `local` for a loopback, "" if it is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return LOCAL if (mapped or found).is_loopback else str(mapped or found)


@lru_cache(maxsize=4096)
def _is_trusted(hop: str, trusted: tuple[str, ...]) -> bool:
    """Whether a person vouches for an address."""
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in trusted)
