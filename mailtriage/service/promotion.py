"""When learning may act on a kind: enough confirmed, nothing known to be wrong, audits within their limit. Says what is missing."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from mailtriage.classify.bounds import percent
from mailtriage.classify.reading import HUMAN
from mailtriage.config import Config
from mailtriage.errors import InputError
from mailtriage.judge import Model
from mailtriage.service import auditing
from mailtriage.service.auditing import SourceReport
from mailtriage.service.judgement import model_in_force
from mailtriage.service.learning import wrong_drops
from mailtriage.service.lessons import said_by_people
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.text import one_line, plural

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a kind stands towards its promotion."""

    kind: str
    n_confirmed: int  # mails of it that somebody confirmed as quiet, whole or in sections, and drops by learning that audits found right
    n_needed: int
    n_hosts: int  # the mails came from
    wrong: tuple[str, ...]  # mails labelled as to be seen that learning would drop
    audits: SourceReport | None  # of what learning dropped of this kind, None where it never did
    limit: float  # of the audits
    has_model: bool

    @property
    def detail(self) -> str:
        """What the decision rests on."""
        audits = self.audits.text if self.audits else "no audits yet"
        confirmed = f"{self.n_confirmed} mails confirmed quiet from {plural(self.n_hosts, 'host')}, {self.n_needed} needed"
        return f"{confirmed}; 0 known wrong drops; {audits}"

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be done first, one line each; empty when the criterion is met."""
        found = []
        if not self.has_model:
            found.append('no model is in force: [model] path is "none"')
        if self.n_confirmed < self.n_needed:
            left = self.n_needed - self.n_confirmed
            how = "`mailtriage model review`, or `mailtriage label ID drop`"
            found.append(f"{self.n_confirmed} of {self.n_needed} mails confirmed quiet, {left} more to go: {how}")
        if self.wrong:
            named = ", ".join(self.wrong[:_MOST_NAMED])
            wrong = plural(len(self.wrong), "mail")
            found.append(f"learning would drop {wrong} labelled as to be seen ({named}): `mailtriage model train` teaches it")
        if self.audits and (self.audits.is_suspended or (self.audits.found.n_wrong and self.audits.found.high > self.limit)):
            state = "suspended by audits" if self.audits.is_suspended else "audits"
            lift = f"`mailtriage audit lift 'gate {self.kind}' --why TEXT`" if self.audits.is_suspended else "`mailtriage audit report`"
            found.append(f"{state}: {self.audits.text}; allowed are {percent(self.limit)}: {lift}")
        return tuple(found)


def standing(config: Config, store: Store, spool: Spool, kind: str) -> Standing:
    """Where this kind stands; InputError for a kind there is not, or that learning never touches."""
    _require_kind(store, kind)
    found = [lesson for lesson in said_by_people(store, spool).lessons if lesson.kind == kind]
    confirmed = [lesson for lesson in found if lesson.confirms]
    model: Model | None = model_in_force(config)
    sources = auditing.report(store, config.audit.limit).sources
    audits = next((source for source in sources if source.source == f"gate {kind}"), None)
    n_right = audits.found.n_audited - audits.found.n_wrong if audits else 0
    return Standing(
        kind=kind,
        n_confirmed=len(confirmed) + n_right,
        n_needed=config.model.promote_after,
        n_hosts=len({lesson.host for lesson in confirmed}),
        wrong=wrong_drops(model, found) if model else (),
        audits=audits,
        limit=config.audit.limit,
        has_model=model is not None,
    )


def _require_kind(store: Store, kind: str) -> None:
    if kind == HUMAN:
        raise InputError("what people write is never dropped: `human` cannot be promoted", remedy="name a kind of report")
    if store.learning.n_mails(kind):
        return
    known = sorted({row.kind for row in store.hosts()} - {HUMAN})
    close = difflib.get_close_matches(kind, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known) or 'no mails yet'}"
    raise InputError(f"no mail of kind {one_line(kind, 60)!r} ever came", remedy=hint)
