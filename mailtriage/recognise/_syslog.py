"""Reads logins from syslog lines of any report: auth.log in FreeBSD's security run, logcheck, raw lines in logwatch.

A line is known by its time, the program before the colon and the first words of its text; what a stranger chose as a user
name stands further on and decides nothing. Lines of other forms are passed over.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailtriage.recognise._measures import measure
from mailtriage.types import Measure

_TIME = r"(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,:+Z-]{0,20})"
# Classic, FreeBSD's with its <facility.level>, ISO time, RFC 5424, and fail2ban's own log, which names no host.
_LINE = re.compile(
    rf"(?:<\d{{1,3}}>(?:1 )?)?{_TIME} (?:<[\w.]{{1,20}}> )?(?:(?P<host>[\w.:-]{{1,255}}) )?"
    r"(?P<program>[\w./-]{1,64}?)(?: {0,20}\[(?P<pid>\d{1,10})\])?(?:: | \d{1,10} - - )(?P<text>.*)"
)
_LONGEST_LINE = 4000
_MOST_ADDRESSES = 50

_USER = r"(?:(?:in|il)(?:valid|legal) user )?(?P<user>.{0,1000})"
_ADDRESS = r"\[?(?P<address>[\w.:%-]{1,255})\]?"
_PORT = r" port \d{1,5}"
# One attempt leaves up to one line of each sort, so an address failed as often as its most frequent sort says.
_FAILURES = {
    "invalid": re.compile(rf"(?:error: )?(?:Invalid|Illegal) user (?P<stranger>.{{0,1000}}) from {_ADDRESS}(?:{_PORT})?"),
    "failed": re.compile(rf"(?:error: )?Failed [\w/-]{{1,40}} for {_USER} from {_ADDRESS}{_PORT}(?: ssh\d?)?(?:: .{{0,300}})?"),
    "pam": re.compile(rf"error: PAM: .{{1,80}} for {_USER} from {_ADDRESS}(?: via \S{{1,100}})?"),
    "most": re.compile(
        rf"(?:error: )?maximum authentication attempts exceeded for {_USER} from {_ADDRESS}{_PORT}(?: ssh\d?)?(?: \[preauth\])?"
    ),
    "closed": re.compile(
        r"(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (?:(?P<known>authenticating)|invalid) user "
        rf"(?P<user>.{{0,1000}}) {_ADDRESS}{_PORT}(?:: .{{0,300}})?(?: \[preauth\])?"
    ),
    "rhost": re.compile(
        r"(?:pam_\w{1,20}\([\w-]{1,40}:auth\): authentication failure;|PAM (?P<more>\d{1,4}) more authentication failures?;) "
        r".{0,200} rhost=(?P<address>[\w.:%-]{1,255})(?: {1,2}user=(?P<user>.{0,200}))?"
    ),
    "ftp": re.compile(rf"(?:FTP LOGIN FAILED|\d{{0,3}} ?LOGIN FAILURES?) FROM {_ADDRESS}(?:,.{{0,300}})?"),
    "dovecot": re.compile(
        r"(?:imap|pop3|submission|managesieve)-login: .{0,100}\(auth failed, .{0,200}user=<(?P<user>[^>]{0,200})>.{0,200}"
        r"rip=(?P<address>[\w.:]{1,60})[,)]?.{0,400}"
    ),
    "sasl": re.compile(r"warning: [\w.-]{1,255}\[(?P<address>[\w.:]{1,60})\]: SASL \S{1,40} authentication failed\b.{0,300}"),
}
_ACCEPTED = re.compile(rf"Accepted (?P<method>[\w/-]{{1,40}}) for (?P<user>.{{1,200}}) from {_ADDRESS}{_PORT}(?: ssh\d?)?(?:: .{{0,300}})?")
_SUCCESSES = (
    _ACCEPTED,
    re.compile(
        r"(?:imap|pop3|submission|managesieve)-login: Login: user=<(?P<user>[^>]{1,200})>.{0,100}, rip=(?P<address>[\w.:]{1,60}),.{0,400}"
    ),
    re.compile(rf"FTP LOGIN FROM {_ADDRESS} as (?P<user>\S{{1,64}}).{{0,100}}"),
    re.compile(r"\w{1,20}: client=[\w.-]{1,255}\[(?P<address>[\w.:]{1,60})\], sasl_method=\S{1,40}, sasl_username=(?P<user>\S{1,200})"),
)
_SESSION = re.compile(
    r"pam_\w{1,20}\((?:sshd|login|dropbear|vsftpd|proftpd|cockpit):session\): session opened for user (?P<user>[\w.@-]{1,64}).{0,100}"
)
_WITHOUT_PASSWORD = ("publickey", "hostbased", "gssapi-with-mic")

_BLOCKERS = {
    "sshguard": re.compile(
        r"(?:Attack from|Blocking|Blacklisting|[\w.:]{1,60}: (?:un)?blocking|Monitoring attacks|Started|Now monitoring)\b.{0,300}",
        re.DOTALL,
    ),
    "fail2ban": re.compile(r".{0,80}(?:\bBan\b|\bFound\b|\bRestore Ban\b|\balready banned\b).{0,300}"),
    "blacklistd": re.compile(r"(?:blocked|released) \S{1,100}.{0,200}"),
    "denyhosts": re.compile(r".{0,200}(?:denied|blocked|added).{0,200}"),
}
_BLOCKERS["blocklistd"] = _BLOCKERS["blacklistd"]


@dataclass(slots=True)
class _Seen:
    """What the lines so far have told."""

    by_address: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_user: Counter[str] = field(default_factory=Counter)
    after: dict[str, int] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)  # pids whose login was judged by its own line
    has_blocker: bool = False


def read_logins(lines: Iterable[str]) -> tuple[Measure, ...]:
    """Failed logins by address, logins after failures, and whether a blocker is at work, from syslog lines in the order they were logged.

    - `failed_logins` [address]: of sshd, PAM, ftpd, login, dovecot, postfix; the 50 addresses with the most.
    - `login_after_failures` [user@address]: how often the address had failed before in these lines when it logged in or,
      where it had not and a password was taken, how often that user had. A session without a line of its own address: [user].
    - `blocker` []: 1 where sshguard, fail2ban, DenyHosts, blacklistd or blocklistd writes that it found or blocked somebody;
      nothing where none does, so that what was known of the host stays.
    """
    seen = _Seen()
    for line in lines:
        found = _LINE.fullmatch(line.rstrip()) if len(line) <= _LONGEST_LINE else None
        if found:
            _read(seen, found["program"].rpartition("/")[2], found["pid"] or "", found["text"])
    return tuple(_measures(seen))


def _read(seen: _Seen, program: str, pid: str, text: str) -> None:
    blocker = _BLOCKERS.get(program.lower().partition(".")[0].partition("-")[0])
    if blocker is not None:
        seen.has_blocker = seen.has_blocker or bool(blocker.fullmatch(text))
        return
    for sort, pattern in _FAILURES.items():
        found = pattern.fullmatch(text)
        if found:
            _failed(seen, sort, found)
            return
    for pattern in _SUCCESSES:
        found = pattern.fullmatch(text)
        if found:
            _logged_in(seen, found, pid)
            return
    found = _SESSION.fullmatch(text)
    if found and pid not in seen.accepted and seen.by_user[found["user"]]:
        seen.after.setdefault(found["user"], seen.by_user[found["user"]])


def _failed(seen: _Seen, sort: str, found: re.Match[str]) -> None:
    groups = found.groupdict()
    count = int(groups.get("more") or 1)
    seen.by_address[found["address"].rstrip(".")][sort] += count
    user = groups.get("user")
    if user and (groups.get("known") or " user " not in found[0][: found.start("user")]):  # not `invalid user NAME`
        seen.by_user[user] += count


def _logged_in(seen: _Seen, found: re.Match[str], pid: str) -> None:
    user, address = found["user"], found["address"].rstrip(".")
    seen.accepted.add(pid)
    failures = max(seen.by_address[address].values(), default=0) if address in seen.by_address else 0
    if not failures and found.groupdict().get("method") not in _WITHOUT_PASSWORD:
        failures = seen.by_user[user]
    if failures:
        subject = f"{user}@{address}"
        seen.after[subject] = max(failures, seen.after.get(subject, 0))


def _measures(seen: _Seen) -> Iterator[Measure]:
    counts = Counter({address: max(sorts.values()) for address, sorts in seen.by_address.items()})
    for address, count in counts.most_common(_MOST_ADDRESSES):
        yield measure("failed_logins", address, count)
    for subject, count in seen.after.items():
        yield measure("login_after_failures", subject, count)
    if seen.has_blocker:
        yield measure("blocker", "", 1)
