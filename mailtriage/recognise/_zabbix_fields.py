"""What the text of a Zabbix mail says, over the templates of versions 1.8 to 7: fields, durations, severities.

Sites translate the texts and rename the severities; the usual words of other languages are known too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailtriage.types import Severity

SEVERITIES = {
    **dict.fromkeys(
        (
            "not classified",
            "nicht klassifiziert",
            "non classé",
            "no clasificado",
            "não classificada",
            "non classificato",
            "не классифицировано",
            "未分类",
        ),
        Severity.INFO,
    ),
    **dict.fromkeys(
        ("information", "info", "informational", "información", "informação", "informazione", "informacja", "информация", "信息"),
        Severity.INFO,
    ),
    **dict.fromkeys(
        ("warning", "warnung", "avertissement", "advertencia", "atenção", "aviso", "avviso", "ostrzeżenie", "предупреждение", "警告"),
        Severity.WARNING,
    ),
    **dict.fromkeys(
        ("average", "durchschnitt", "durchschnittlich", "mittel", "moyen", "promedio", "média", "media", "średni", "средняя", "一般严重"),
        Severity.HIGH,
    ),
    **dict.fromkeys(("high", "hoch", "haut", "élevé", "alta", "alto", "wysoki", "высокая", "严重"), Severity.HIGH),
    **dict.fromkeys(
        ("disaster", "katastrophe", "desaster", "désastre", "desastre", "disastro", "katastrofa", "чрезвычайная", "灾难"), Severity.CRITICAL
    ),
}
_NAMES = {
    **{
        name: name
        for name in (
            "problem duration",
            "trigger status",
            "device ip",
            "device dns",
            "device status",
            "host ip",
            "agent port",
            "discovery rule",
        )
    },
    **dict.fromkeys(
        (
            "problem name",
            "problem",
            "trigger name",
            "event name",
            "problema",
            "nome do problema",
            "название",
            "проблема",
            "问题名称",
            "告警信息",
            "告警名称",
        ),
        "problem name",
    ),
    **dict.fromkeys(("trigger", "触发器", "триггер"), "trigger"),
    **dict.fromkeys(
        (
            "host",
            "hostname",
            "server",
            "rechner",
            "servidor",
            "equipo",
            "hôte",
            "узел",
            "узел сети",
            "хост",
            "сервер",
            "主机",
            "主机名",
            "告警主机",
        ),
        "host",
    ),
    "host name": "host name",
    **dict.fromkeys(
        (
            "severity",
            "trigger severity",
            "schweregrad",
            "severidade",
            "severidad",
            "gravidade",
            "gravedad",
            "sévérité",
            "gravité",
            "importance",
            "важность",
            "серьезность",
            "告警等级",
            "等级",
            "严重性",
        ),
        "severity",
    ),
    **dict.fromkeys(
        ("operational data", "current utilization", "current value", "item value", "last value", "问题详情"), "operational data"
    ),
    **dict.fromkeys(
        ("status", "state", "problem status", "estado", "statut", "état", "zustand", "статус", "состояние", "当前状态", "告警状态"),
        "status",
    ),
    **dict.fromkeys(
        ("original problem id", "original event id", "event id", "problem id", "id do evento", "id del evento", "id события", "事件id"),
        "event id",
    ),
}
_FIELD = re.compile(r"([^\W\d_][^::\n]{0,40}?) ?[::][ \t]*(.*)")
_SPAN = re.compile(r"(\d{1,9})(ms|[yMwdhms])(?![a-zA-Z])")
_SECONDS = {"y": 365 * 86400, "M": 30 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
_CHANGED = re.compile(r"changed severity from ([\w ]{1,40}) to ([\w ]{1,40}?)(?: problem at|\.|,| and |$)")
_SEVERITY_WORD = re.compile(r"\b(not classified|information|warning|average|high|disaster)\b", re.IGNORECASE)


def fields(lines: Sequence[str]) -> dict[str, str]:
    """The first value of each `Name: value` line that is known, by one name for each field; translated ones too."""
    found: dict[str, str] = {}
    for line in lines[:400]:
        match = _FIELD.fullmatch(line.strip()[:2000])
        name = _NAMES.get(match.group(1).lower()) if match else None
        if match and name and match.group(2).strip():
            found.setdefault(name, match.group(2).strip())
    return found


def seconds(text: str) -> float | None:
    """`1d 2h 5m` in seconds, None if there is no duration in the text."""
    spans = _SPAN.findall(text)
    return sum(int(count) * _SECONDS[unit] for count, unit in spans) if spans else None


def severity_change(text: str) -> tuple[str, str] | None:
    """The severity before and after, where an update says that somebody changed it."""
    changed = _CHANGED.search(text[:5000])
    return (changed.group(1).strip(), changed.group(2).strip()) if changed else None


def severity_word(found: dict[str, str], text: str, subject: str) -> str:
    """The severity as the mail words it: after a change the new one; a custom text may have it in the subject only."""
    changed = severity_change(text)
    if changed:
        return changed[1]
    word = found.get("severity", "")
    if word:
        return word
    in_subject = _SEVERITY_WORD.search(subject.partition(": ")[0])
    return in_subject.group(1).capitalize() if in_subject else ""
