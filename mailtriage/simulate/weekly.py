"""The sections of the FreeBSD weekly and monthly reports."""

from __future__ import annotations

from mailtriage.simulate.hosts import Profile
from mailtriage.simulate.incidents import Moment
from mailtriage.simulate.mail import Label, Part


def weekly_sections(moment: Moment) -> list[Part]:
    """The databases that are rebuilt on Saturday, and what stands beside them."""
    host = moment.host
    parts = [
        Part(name="locate", heading="Rebuilding locate database:"),
        Part(name="whatis", heading="Rebuilding whatis database:", lines=_makewhatis(moment)),
    ]
    if host.release[0] <= 10:
        parts.append(Part(name="catman", heading="Reformatting manual pages:"))
    if host.profile is Profile.VERBOSE:
        found = ("  /home/old/.profile", "  /home/old/.shrc") if moment.source.random() < 0.3 else ()
        label = Label.DIGEST if found else Label.NOISE
        heading = "Check for files with an unknown user or group:"
        parts.append(Part(name="noid", heading=heading, lines=found, label=label, is_success=not found))
    if host.release[0] >= 10:
        parts.append(Part(name="security_check", heading="Security check:", lines=("    (output mailed separately)",)))
    return parts


def monthly_sections(moment: Moment) -> list[Part]:
    """Login accounting of the month before."""
    source = moment.source
    hours = sorted((source.uniform(0.1, 90) for _ in range(moment.host.users + 1)), reverse=True)
    names = ("root", "hans", "mary", "ops")
    rows = [f"\t{name:<12} {hour:>8.2f}" for name, hour in zip(names, hours, strict=False)]
    parts = [
        Part(
            name="login_accounting",
            heading="Doing login accounting:",
            lines=(f"\t{'total':<12} {sum(hours):>8.2f}", *rows),
            is_success=False,
        )
    ]
    if moment.host.release[0] >= 10:
        parts.append(Part(name="security_check", heading="Security check:", lines=("    (output mailed separately)",)))
    return parts


def _makewhatis(moment: Moment) -> tuple[str, ...]:
    if moment.host.release[0] > 10:
        return ()
    pages = ("perl5db.1.gz", "gpg-zip.1.gz", "libev.3.gz", "rrdthreads.1.gz")
    chosen = moment.source.sample(pages, k=moment.source.randint(0, 3))
    return tuple(f"makewhatis: /usr/local/man/man1/{page}: No such file or directory" for page in sorted(chosen))
