"""Mails of bounces, auto-replies, abuse reports, CI systems, Ansible."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime

from mailtriage.simulate.envelope import local_mail, message
from mailtriage.simulate.hosts import Host, Mta
from mailtriage.simulate.incidents import Incident, IncidentType, Schedule
from mailtriage.simulate.mail import Draft, Label, Shown, dice
from mailtriage.types import Severity

_STARS = 72
_EVERYBODY = "admins@example.net"


def _runs_ci(host: Host) -> bool:
    return host.number % 23 == 5


def _has_gitlab(host: Host) -> bool:
    return host.number % 23 == 11


def _runs_ansible(host: Host) -> bool:
    return host.number % 38 == 2


INCIDENTS: tuple[IncidentType, ...] = (
    IncidentType(
        name="report_bounced",
        check="report_delivery",
        severity=Severity.WARNING,
        lasts=None,
        item=lambda host, source: _EVERYBODY,
        where=lambda host: host.mta is Mta.POSTFIX,
        per_host_days=1050,
    ),
    IncidentType(
        name="build_failed",
        check="build",
        severity=Severity.WARNING,
        item=lambda host, source: source.choice(("nightly", "release", "docs")),
        where=_runs_ci,
        per_host_days=1050,
    ),
    IncidentType(
        name="pipeline_failed",
        check="pipeline",
        severity=Severity.WARNING,
        item=lambda host, source: f"web/{source.choice(('shop', 'portal'))} main",
        where=_has_gitlab,
        per_host_days=1050,
    ),
    IncidentType(
        name="ansible_failed",
        check="ansible_run",
        severity=Severity.WARNING,
        lasts=(1, 2),
        item=lambda host, source: host.name,
        where=_runs_ansible,
        per_host_days=1050,
    ),
    IncidentType(
        name="abuse_complaint",
        check="abuse",
        severity=Severity.WARNING,
        lasts=None,
        item=lambda host, source: f"198.51.100.{host.ip_last % 250 + 1}",
        where=lambda host: host.name.startswith("mx"),
        per_host_days=2100,
    ),
)


def mails(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """The mails of these senders that are about the host on this local day."""
    for incident in schedule.on(host, "report_bounced"):
        if incident.began_at.astimezone(host.zone).date() == day:
            yield _bounce(host, incident.began_at, dice(seed, "bounce", incident.id), incident)
    for incident in schedule.on(host, "abuse_complaint"):
        if incident.began_at.astimezone(host.zone).date() == day:
            yield _complaint(host, incident, dice(seed, "abuse", incident.id))
    yield from _builds(host, day, schedule, seed)
    yield from _pipelines(host, day, schedule, seed)
    if _runs_ansible(host):
        yield _run(host, day, schedule, seed)
    source = dice(seed, "answers", host.number, day)
    if source.random() < 1 / 150:
        yield _absence(host, _at(host, day, source, 6), source)
    if host.number % 5 == 0 and source.random() < 1 / 60:
        yield _bounce(host, _at(host, day, source, 9), source, None)


def _at(host: Host, day: date, source: random.Random, hour: int) -> datetime:
    return datetime.combine(day, time(hour, tzinfo=host.zone)) + timedelta(seconds=source.randrange(6 * 3600))


def _draft(host: Host, at: datetime, kind: str, content: bytes, sections: tuple[tuple[str, Label], ...], **more: object) -> Draft:
    return Draft(sent_at=at, host=host.name, kind=kind, mail_from="", rcpt_to=host.root, content=content, sections=sections, **more)  # type: ignore[arg-type]


def _bounce(host: Host, at: datetime, source: random.Random, incident: Incident | None) -> Draft:
    """A bounce of Postfix: of a report of the host, or of what a user sent."""
    local = at.astimezone(host.zone)
    queue_id = f"{source.randrange(16**9, 16**10):X}"
    recipient = _EVERYBODY if incident else f"{source.choice(('bbo', 'info2', 'jo'))}@example.com"
    sender = f"root@{host.name}" if incident else f"alice@{host.name}"
    if incident:
        subject, text = f"Cron <root@{host.short}> /usr/local/sbin/backup", "backup: target is not mounted\n"
    else:
        subject, text = "Minutes of Monday", "Hi Bob,\n\nthe minutes.\n"
    boundary = f"{queue_id}.{int(at.timestamp())}/{host.name}"
    why = f"550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"
    body = (
        f"This is a MIME-encapsulated message.\n\n--{boundary}\nContent-Description: Notification\n"
        "Content-Type: text/plain; charset=us-ascii\n\n"
        f"This is the mail system at host {host.name}.\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\n"
        "If you do so, please include this problem report. You can\ndelete your own text from the attached returned message.\n\n"
        f"                   The mail system\n\n<{recipient}>: host mail.example.com[192.0.2.25] said: {why}\n"
        "    (in reply to RCPT TO command)\n\n"
        f"--{boundary}\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host.name}\n"
        f"X-Postfix-Queue-ID: {queue_id}\nX-Postfix-Sender: rfc822; {sender}\nArrival-Date: {format_datetime(local)}\n\n"
        f"Final-Recipient: rfc822; {recipient}\nOriginal-Recipient: rfc822;{recipient}\nAction: failed\nStatus: 5.1.1\n"
        f"Remote-MTA: dns; mail.example.com\nDiagnostic-Code: smtp; {why}\n\n"
        f"--{boundary}\nContent-Description: Undelivered Message\nContent-Type: message/rfc822\n\nReturn-Path: <{sender}>\n"
        f"Received: by {host.name} (Postfix, from userid {0 if incident else 1001})\n\tid {queue_id}; {format_datetime(local)}\n"
        f"From: {sender}\nTo: {recipient}\nSubject: {subject}\nDate: {format_datetime(local)}\n\n{text}\n--{boundary}--\n"
    )
    head = [
        ("Return-Path", "<>"),
        ("Received", f"by {host.name} (Postfix)\n\tid {queue_id[::-1]}; {format_datetime(local)}"),
        ("Date", format_datetime(local)),
        ("From", f"MAILER-DAEMON@{host.name} (Mail Delivery System)"),
        ("Subject", "Undelivered Mail Returned to Sender"),
        ("To", sender),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/report; report-type=delivery-status;\n\tboundary="{boundary}"'),
        ("Message-Id", f"<{local:%Y%m%d%H%M%S}.{queue_id[::-1]}@{host.name}>"),
    ]
    sections = (("failure", Label.DIGEST), ("returned", Label.DIGEST))
    if incident is None:
        return _draft(host, at, "bounce", message(head, body.encode()), sections)
    shows = (Shown(incident=incident.id, is_on=True),)
    return _draft(host, at, "bounce", message(head, body.encode()), (("lost_report", Label.EVENT), *sections), shows=shows)


def _complaint(host: Host, incident: Incident, source: random.Random) -> Draft:
    at = incident.began_at
    boundary = f"{source.randrange(16**8):08x}"
    body = (
        f'--{boundary}\nContent-Type: text/plain; charset="US-ASCII"\n\n'
        f"This is an email abuse report for an email message received from IP\n{incident.item}.\n\n"
        f"--{boundary}\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: ExampleFBL/1.0\nVersion: 1\n"
        f"Original-Mail-From: <news@example.org>\nSource-IP: {incident.item}\n\n"
        f"--{boundary}\nContent-Type: message/rfc822\n\nFrom: <news@example.org>\nTo: <redacted@example.net>\n"
        f"Subject: News\n\nOur news.\n--{boundary}--\n"
    )
    head = [
        (
            "Received",
            f"from {host.name} ({host.name} [192.0.2.{host.ip_last}])\n\tby mx.example.org (Postfix) with ESMTPS;\n\t{format_datetime(at)}",
        ),
        ("From", f"<feedback@{host.name}>"),
        ("To", host.root),
        ("Subject", f"complaint about message from {incident.item}"),
        ("Date", format_datetime(at)),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/report; report-type=feedback-report;\n\tboundary="{boundary}"'),
    ]
    shows = (Shown(incident=incident.id, is_on=True),)
    return _draft(host, at, "abuse_report", message(head, body.encode()), (("complaint", Label.EVENT),), shows=shows)


def _builds(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """Jenkins tells that a build failed, each night again, and that it is back to normal."""
    for incident in schedule.on(host, "build_failed"):
        number = 300 + (day - incident.began_at.astimezone(host.zone).date()).days
        at = datetime.combine(day, time(2, 14, tzinfo=host.zone)) + timedelta(seconds=incident.draw % 600)
        ended = incident.ended_at
        if incident.is_on(at):
            subject = f"Build failed in Jenkins: {incident.item} #{number}"
            log = (
                "Changes:\n\n[alice] Raise the limit of the cache\n\n" + "-" * 42 + "\n+ make test\nmake: *** [Makefile:12: test] Error 1\n"
            )
            yield _build(host, at, incident, subject, "FAILURE", number, log, is_on=True)
        elif ended is not None and ended <= at < ended + timedelta(days=1):
            subject = f"Jenkins build is back to normal : {incident.item} #{number}"
            yield _build(host, at, incident, subject, "SUCCESS", number, "", is_on=False)


def _build(host: Host, at: datetime, incident: Incident, subject: str, result: str, number: int, log: str, *, is_on: bool) -> Draft:
    source = dice("build", incident.id, number)
    content = local_mail(
        host,
        at,
        source,
        subject=subject,
        body=f"See <https://{host.name}/job/{incident.item}/{number}/display/redirect>\n\n{log}",
        headers=(("Auto-submitted", "auto-generated"), ("X-Jenkins-Job", incident.item), ("X-Jenkins-Result", result)),
        from_header=f"jenkins@{host.name}",
        user="jenkins",
    )
    sections = (("failed" if is_on else "fixed", Label.EVENT),)
    return _draft(host, at, "jenkins", content, sections, shows=(Shown(incident=incident.id, is_on=is_on),))


def _pipelines(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """GitLab: the nightly pipeline of the main branch fails and is mended; now and then one of a branch fails."""
    at = datetime.combine(day, time(3, 20, tzinfo=host.zone)) + timedelta(seconds=host.number * 11 % 900)
    for incident in schedule.on(host, "pipeline_failed"):
        ended = incident.ended_at
        if incident.is_on(at):
            yield _pipeline(host, at, incident.item, "failed", Label.EVENT, (Shown(incident=incident.id, is_on=True),))
        elif ended is not None and ended <= at < ended + timedelta(days=1):
            yield _pipeline(host, at, incident.item, "fixed", Label.EVENT, (Shown(incident=incident.id, is_on=False),))
    source = dice(seed, "pipeline", host.number, day)
    if _has_gitlab(host) and source.random() < 1 / 20:
        yield _pipeline(host, _at(host, day, source, 9), "web/shop fix-cache", "failed", Label.DIGEST, ())
    if _has_gitlab(host) and source.random() < 1 / 30:
        yield _workflow(host, _at(host, day, source, 9), source)


def _pipeline(host: Host, at: datetime, item: str, result: str, label: Label, shows: tuple[Shown, ...]) -> Draft:
    source = dice("pipeline", host.number, at)
    path, _, branch = item.partition(" ")
    number, commit = source.randrange(10_000, 99_999), f"{source.randrange(16**8):08x}"
    first = f"Pipeline #{number} has failed!" if result == "failed" else f"Pipeline has been fixed and #{number} has passed!"
    url = f"https://{host.name}/{path}"
    body = (
        f"{first}\n\nProject: {path.replace('/', ' / ')} ( {url} )\nBranch: {branch} ( {url}/-/commits/{branch} )\n\n"
        f"Commit: {commit} ( {url}/-/commit/{commit} )\nCommit Message: Raise the limit of the cache\nCommit Author: Alice\n"
    )
    headers = (
        ("X-GitLab-Project", path.rpartition("/")[2]),
        ("X-GitLab-Project-Path", path),
        ("X-GitLab-Pipeline-Id", str(number)),
        ("X-GitLab-Pipeline-Ref", branch),
        ("X-GitLab-Pipeline-Status", "failed" if result == "failed" else "success"),
        ("Auto-Submitted", "auto-generated"),
    )
    subject = f"{path.rpartition('/')[2]} | {result.capitalize()} pipeline for {branch} | {commit}"
    sender = f"GitLab <gitlab@{host.name}>"
    content = local_mail(host, at, source, subject=subject, body=body, headers=headers, from_header=sender, user="git")
    return _draft(host, at, "gitlab", content, ((result, label),), shows=shows)


def _workflow(host: Host, at: datetime, source: random.Random) -> Draft:
    """A run of GitHub Actions for a branch failed."""
    body = (
        "[example/shop] CI workflow run\n\nRepository: example/shop\nWorkflow: CI\nDuration: 3 minutes and 11.0 seconds\n\n"
        f"View results: https://github.example.com/example/shop/actions/runs/{source.randrange(10**9, 10**10)}\n"
    )
    head = [
        (
            "Received",
            f"from {host.name} ({host.name} [192.0.2.60])\n\tby mx.example.org (Postfix) with ESMTPS;\n\t{format_datetime(at)}",
        ),
        ("Date", format_datetime(at)),
        ("From", f"Alice Miller <notifications@{host.name}>"),
        ("To", host.root),
        ("Subject", f"[example/shop] PR run failed: CI - fix-cache ({source.randrange(16**7):07x})"),
        ("X-GitHub-Reason", "ci_activity"),
        ("Precedence", "list"),
    ]
    return _draft(host, at, "github", message(head, body.encode()), (("failed", Label.DIGEST),))


def _run(host: Host, day: date, schedule: Schedule, seed: int) -> Draft:
    """What ansible-pull printed this night."""
    at = datetime.combine(day, time(4, 40, tzinfo=host.zone)) + timedelta(seconds=host.number * 7 % 900)
    known = [incident for incident in schedule.on(host, "ansible_failed") if incident.began_at <= at]
    broken = next((incident for incident in known if incident.is_on(at)), None)
    source = dice(seed, "ansible", host.number, day)
    has_changed = broken is None and source.random() < 1 / 12
    fatal = f'fatal: [{host.name}]: FAILED! => {{"changed": false, "msg": "Failed to update the package catalogue"}}'
    last = fatal if broken else f"{'changed' if has_changed else 'ok'}: [{host.name}]"
    lines = [
        "PLAY [all] ".ljust(80, "*"),
        "",
        "TASK [Gathering Facts] ".ljust(80, "*"),
        f"ok: [{host.name}]",
        "",
        "TASK [base : packages] ".ljust(80, "*"),
        last,
        "",
        "PLAY RECAP ".ljust(80, "*"),
        f"{host.name:<26} : ok={1 if broken else 2}    changed={int(has_changed)}    unreachable=0    failed={int(broken is not None)}    "
        "skipped=0    rescued=0    ignored=0   ",
    ]
    label = Label.EVENT if broken else Label.DIGEST if has_changed else Label.NOISE
    content = local_mail(host, at, source, subject="ansible-pull", body="\n".join(lines) + "\n")
    shows = tuple(Shown(incident=incident.id, is_on=incident is broken) for incident in known)
    return _draft(host, at, "ansible", content, (("recap", label), ("output", label)), shows=shows)


def _absence(host: Host, at: datetime, source: random.Random) -> Draft:
    """Somebody on the list of root's readers is away."""
    who = source.choice(("Bob Smith <bob@example.com>", "Hans Maier <hans@example.com>"))
    if who.startswith("Hans"):
        subject, text = "Abwesenheitsnotiz: ", "Hallo,\n\nich bin bis Montag nicht im Büro.\n\nGruß\nHans\n"
    else:
        subject, text = "Automatic reply: ", "I am out of the office until Monday.\n\nRegards\nBob\n"
    head = [
        (
            "Received",
            f"from mail.example.com (mail.example.com [192.0.2.25])\n\tby {host.name} with ESMTPS id 1a2b;\n\t{format_datetime(at)}",
        ),
        ("From", who),
        ("To", host.root),
        ("Subject", f"{subject}report of {host.short}"),
        ("Date", format_datetime(at)),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    return _draft(host, at, "auto_reply", message(head, text.encode()), (("absence", Label.NOISE),), sender="mail.example.com")
