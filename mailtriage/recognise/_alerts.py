"""The lists of alerts that Alertmanager and Grafana mail: a set of labels each, under a heading that says firing or resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailtriage.recognise._hosts import sane_host
from mailtriage.recognise._monitoring import LABEL_SEVERITIES, short_item
from mailtriage.types import Severity

SUBJECT = re.compile(r"(?:.{0,60}?\s)?\[(FIRING|RESOLVED)(?::(\d{1,6}))?(?:,? RESOLVED:\d{1,6})?\] ?(.{0,500})", re.IGNORECASE | re.DOTALL)
# A label, or an address, that only Grafana's own alerting has.
GRAFANA = re.compile(r"\bgrafana_folder\b|/alerting/(?:grafana|silence)/")
HEADING = re.compile(
    r"[\s*#🔥✅🚨❌]{0,8}(?:[\[(](?P<number>\d{1,6})[\])] ?|Alerts? |(?P<count>\d{1,6}) )?"
    r"(?P<state>Firing|Resolved)(?: alerts?| instances?|: {0,2}\d{1,6} alerts? for .*)?[\s*:]{0,6}",
    re.IGNORECASE,
)
STILL_FIRING = re.compile(r"^\W{0,8}(?:status: {0,4})?firing\b(?! ?: {0,2}0\b)|\[FIRING\b", re.IGNORECASE | re.MULTILINE)
_LABELS = re.compile(r"[\s*]{0,8}Labels[\s*]{0,4}:?[\s*]{0,4}(.*)", re.IGNORECASE)
_PAIR = re.compile(r"[\s*•-]{0,8}([A-Za-z_][\w./-]{0,80})(?: ?= ?| ?: {0,4}| {1,4})(.*)")  # text, Grafana 8 and Grafana 9 in HTML
_ENDS_LABELS = re.compile(r"[\s*]{0,8}(?:Annotations?|Source|Values?|Summary|Description|Silence|Dashboard|Panel|Observed|View [a-z]+)\b.*")
_INLINE = re.compile(r"([A-Za-z_]\w{0,80})=(.*?)(?=,? [A-Za-z_]\w{0,80}=|[\]}]?$)")
_FOOTER = re.compile(
    r"\s{0,8}(?:Sent by (?:Alertmanager|Grafana)\b.*|©? ?\d{4} Grafana Labs.*|Go to the Alerts page:?.*|View in Alertmanager)",
    re.IGNORECASE,
)
_HOST_LABELS = ("instance", "hostname", "host", "nodename", "node", "fqdn", "server", "device_name", "target")
WATCHDOGS = frozenset({"watchdog", "deadmansswitch", "deadmanswitch", "deadmanssnitch", "deadmansnitch", "prometheusalwaysfiring"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert of the list."""

    is_firing: bool
    labels: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]

    def label(self, *names: str) -> str:
        """The value of the first label of these names, "" if there is none."""
        known = dict(self.labels)
        return next((known[name] for name in names if known.get(name)), "")

    @property
    def name(self) -> str:
        """What the alert is called."""
        return self.label("alertname", "alert_name", "rulename")

    @property
    def is_watchdog(self) -> bool:
        """Whether it fires all the time by intent, to show that alerts arrive."""
        return self.name.lower().replace("_", "") in WATCHDOGS

    @property
    def severity(self) -> Severity:
        """What its label says; warning where it says nothing that is known."""
        return LABEL_SEVERITIES.get(self.label("severity", "level", "priority").lower(), Severity.WARNING)

    @property
    def host(self) -> str:
        """The host it is about, "" if no label names one."""
        for name in _HOST_LABELS:
            value = self.label(name)
            value = re.sub(r"^\w{2,10}://", "", value).partition("/")[0]
            found = sane_host(re.sub(r":\d{1,5}$", "", value))
            if found and found not in ("localhost", "127.0.0.1"):
                return found
        return ""

    @property
    def item(self) -> str:
        """The key: its name and all its labels."""
        others = " ".join(f"{name}={value}" for name, value in sorted(self.labels) if name not in ("alertname", "severity"))
        return short_item(f"{self.name} {others}".strip())

    @property
    def summary(self) -> str:
        """One line: its name, and what an annotation says of it."""
        texts = [match.group(2) for match in map(_ANNOTATION.fullmatch, self.lines) if match]
        about = texts[0] if texts else self.label("instance", "host", "node")
        return f"{self.name or 'alert'}: {about}"[:300] if about else self.name


def by_subject(alerts: list[Alert], named: str) -> list[Alert]:
    """The alerts of a mail whose subject says that they fire and whose text that they are over: those the subject names do fire."""
    words = set(re.findall(r"[\w.-]{1,200}", named))
    return [replace(alert, is_firing=True) if alert.name in words and not alert.is_watchdog else alert for alert in alerts]


_ANNOTATION = re.compile(r"[\s*-]{0,8}(summary|message|description|title)(?: ?[:=] ?)(.{1,2000})", re.IGNORECASE)


def read(lines: Iterable[str], *, is_firing: bool) -> tuple[list[Alert], list[str]]:
    """The alerts, and the lines that belong to none. `is_firing` holds for those before any heading."""
    alerts: list[Alert] = []
    frame: list[str] = []
    block: list[str] = []
    before: list[str] = []  # after a heading: what a template writes above the labels
    pairs: list[tuple[str, str]] = []
    is_reading = is_headed = False

    def close() -> None:
        if block:
            alerts.append(Alert(is_firing=is_firing, labels=tuple(pairs), lines=tuple(block)))
        frame.extend(before)
        for used in (block, before, pairs):
            used.clear()

    for line in lines:
        heading = HEADING.fullmatch(line[:200])
        labels = _LABELS.fullmatch(line[:4000])
        if heading or _FOOTER.fullmatch(line[:500]):
            close()
            frame.append(line)
            is_headed = heading is not None
            if heading:
                is_firing = heading["state"].lower() == "firing"
            is_reading = False
        elif labels:
            above = tuple(before)
            before.clear()
            close()
            block.extend((*above, line))
            pairs += [(name, value.strip(" ,")) for name, value in _INLINE.findall(labels.group(1).strip("[]{} "))]
            is_reading, is_headed = True, False
        elif block:
            block.append(line)
            is_reading = is_reading and not _ENDS_LABELS.fullmatch(line[:500])
            pair = _PAIR.fullmatch(line[:2000]) if is_reading else None
            if pair:
                pairs.append((pair.group(1), pair.group(2).strip()))
        elif is_headed:
            before.append(line)
        else:
            frame.append(line)
    close()
    return alerts, frame
