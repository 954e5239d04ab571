"""FreeBSD periodic(8): puts the sections of a report into a mail, as periodic.sh does, at the time cron starts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from mailtriage.simulate import daily, freebsd_update, security, weekly
from mailtriage.simulate.envelope import local_mail
from mailtriage.simulate.hosts import Host, Profile, System
from mailtriage.simulate.incidents import Moment, Schedule
from mailtriage.simulate.mail import Draft, Label, Part, Shown, dice, loudest

SATURDAY = 5
INCIDENTS = (*freebsd_update.INCIDENTS, *security.INCIDENTS)


def reports(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    """All periodic mails of the host that begin on this local day."""
    if host.system is not System.FREEBSD:
        return
    yield from _nightly(host, day, schedule, seed)
    yield from freebsd_update.mails(host, day, schedule, seed)
    if day.weekday() == SATURDAY:
        moment = _moment(host, day, time(4, 15), schedule, seed, "weekly")
        parts = _visible(host, weekly.weekly_sections(moment))
        if parts:  # mail -E sends no empty report
            yield _mail(moment, moment.at + timedelta(seconds=moment.source.uniform(30, 900)), "weekly", parts)
    if day.day == 1:
        moment = _moment(host, day, time(5, 30), schedule, seed, "monthly")
        yield _mail(moment, moment.at + timedelta(seconds=moment.source.uniform(1, 9)), "monthly", weekly.monthly_sections(moment))


def _nightly(host: Host, day: date, schedule: Schedule, seed: int) -> Iterator[Draft]:
    moment = _moment(host, day, time(3, 1), schedule, seed, "daily")
    source = moment.source
    secured_at = moment.at + timedelta(seconds=4 + host.run_s * source.uniform(0.7, 1.4))
    sent_at = secured_at + timedelta(seconds=source.uniform(2, 40) + host.run_s * 0.2)
    if moment.active("prior_run_stuck"):
        yield _prior_run(moment, sent_at)
        return
    parts = _visible(host, security.sections(moment))
    if host.profile is Profile.INLINE:
        # The nested run ends with its own end line, in the middle of the daily report.
        parts[-1] = replace(parts[-1], lines=(*parts[-1].lines, "", "-- End of security output --"))
        yield _mail(moment, sent_at, "daily", daily.sections(moment, parts))
        return
    if parts:
        yield _mail(moment, secured_at, "security", parts)
    visible = _visible(host, daily.sections(moment, None))
    yield _mail(moment, sent_at, "daily", visible, cut=moment.active("report_cut_off") is not None)


def _moment(host: Host, day: date, clock: time, schedule: Schedule, seed: int, purpose: str) -> Moment:
    at = datetime.combine(day, clock, tzinfo=host.zone).astimezone(schedule.start.tzinfo) + timedelta(seconds=1)
    return Moment(host=host, at=at, schedule=schedule, source=dice(seed, purpose, host.number, day))


def _visible(host: Host, parts: list[Part]) -> list[Part]:
    return [part for part in parts if not part.is_success] if host.profile is Profile.QUIET else parts


def _subject(host: Host, family: str) -> str:
    if family == "security" and host.release[0] >= 10:
        return f"{host.hostname} daily security run output"  # from 10.x on the outer run's name stands before `security`
    return f"{host.hostname} {family} run output"


def _mail(moment: Moment, sent_at: datetime, family: str, parts: list[Part], cut: bool = False) -> Draft:
    host = moment.host
    body: list[str] = []
    for part in parts:
        if part.has_gap:
            body.append("")
        body += [part.heading, *part.lines]
    shows: tuple[Shown, ...] = tuple(shown for part in parts for shown in part.shows)
    # The heading over the run within the run says nothing of its own.
    named = [part for part in parts if part.name != "security_check" or part.lines]
    sections = {part.name: loudest([other.label for other in named if other.name == part.name]) for part in named}
    cut_shows = tuple(shown for shown in moment.shows("report_cut_off")) if family == "daily" else ()
    if cut:
        body = body[: len(body) * 3 // 4]
        kept = set(body)
        shows = tuple(shown for part in parts if part.heading in kept for shown in part.shows)
        sections = {part.name: sections[part.name] for part in named if part.heading in kept}
    else:
        body += ["", f"-- End of {family} output --"]
    content = local_mail(host, sent_at, moment.source, subject=_subject(host, family), body="\n".join(body) + "\n")
    return Draft(
        sent_at=sent_at,
        host=host.name,
        kind=f"freebsd_{family}",
        mail_from=host.root,
        rcpt_to=host.root,
        content=content,
        sections=tuple(sections.items()),
        least=Label.DIGEST if cut else Label.NOISE,
        shows=tuple(dict.fromkeys((*shows, *cut_shows, *(moment.shows("prior_run_stuck") if family == "daily" else ())))),
    )


def _prior_run(moment: Moment, sent_at: datetime) -> Draft:
    host = moment.host
    body = f"\n{host.hostname} daily prior run still in progress\n"
    content = local_mail(host, sent_at, moment.source, subject=_subject(host, "daily"), body=body)
    return Draft(
        sent_at=sent_at,
        host=host.name,
        kind="freebsd_daily",
        mail_from=host.root,
        rcpt_to=host.root,
        content=content,
        sections=(("prior_run", Label.EVENT),),
        shows=moment.shows("prior_run_stuck"),
    )
