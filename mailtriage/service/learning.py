"""From the store to the site's model: train a challenger, hold it against the model in force, and let it take over or not."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mailtriage.classify import Example, Manifest, load, train
from mailtriage.classify.challenge import Challenge, Change, Trial, compare
from mailtriage.config import Config
from mailtriage.errors import ConfigError, InputError, ModelError, StoreError
from mailtriage.judge import AllKinds, Case, Model, NoHistory, judge
from mailtriage.pipeline import read
from mailtriage.receive.files import read_mails
from mailtriage.rulebook import Rulebook
from mailtriage.service import site_model
from mailtriage.service.judgement import model_in_force, rulebook_of
from mailtriage.service.lessons import LABELS, Lesson, Lessons, Read, lessons, reader
from mailtriage.store.main import Store
from mailtriage.store.spool import Spool
from mailtriage.types import Judged, Message, RawMail, Report, Section, Verdict

MOST_ARCHIVE = 5000  # mails judged anew by both models: the newest ones
_TRAP_TIME = datetime(2026, 2, 20, tzinfo=UTC)  # of a sample without a date
_OPEN = ("default", "gate ", "model ", "guard")  # what decides where no rule does


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What came of one training."""

    manifest: Manifest
    champion: str  # version of the model in force before, "" if there was none
    champion_note: str  # why it could not be used, "" if it could
    lessons: Lessons
    challenge: Challenge
    n_archive: int  # mails of the archive judged by both

    @property
    def is_same(self) -> bool:
        """Whether the training gave the model that is in force."""
        return self.manifest.version == self.champion

    @property
    def may_take_over(self) -> bool:
        """Whether the challenger is not worse."""
        return not self.challenge.refusals


def train_site(
    config: Config, store: Store, spool: Spool, *, base: Path | None, traps: Path | None, who: str, at: datetime, dry_run: bool
) -> Training:
    """Trains from the store, compares, and puts the new model in force if it is not worse; with `dry_run` nothing is kept.

    `base` is the model whose knowledge is kept, `traps` a folder of samples: none that must be seen may be dropped anew.
    InputError when there is nothing to learn from; ConfigError when the configuration names another model.
    """
    if config.model.path != site_model.SHIPPED:
        raise ConfigError(
            f"[model] path is {config.model.path!r}: a model trained here would not be used",
            remedy='set [model] path = "shipped", or train a folder of your own: mailtriage model train DIR --out M',
        )
    champion, note = _champion(config)
    found = _lessons(store, spool, champion, dry_run=dry_run)
    if not found.taught:
        raise InputError(
            "there is nothing to learn from: no labels, and no mail that rules dropped and whose bytes are kept",
            remedy="`mailtriage label ID drop` says of a mail that it is noise, `mailtriage model review` asks about the most useful ones",
        )
    with _workshop(config, dry_run=dry_run) as workshop:
        out = Path(workshop) / "model"
        manifest = train(found.examples, reader(found.taught), out, base=base)
        challenger = load(out)
        trials = [*_trials(found, champion, challenger), *_traps(traps, champion, challenger)]
        archive = _Archive(store, spool, rulebook_of(config))
        challenge = compare(trials, archive.changes(champion, challenger))
        result = Training(
            manifest=manifest,
            champion=champion.version if champion else "",
            champion_note=note,
            lessons=found,
            challenge=challenge,
            n_archive=archive.n,
        )
        if not dry_run and not result.is_same:
            _conclude(config, store, out, result, who=who, at=at)
    return result


def _lessons(store: Store, spool: Spool, champion: Model | None, *, dry_run: bool) -> Lessons:
    """What the store teaches. A frozen mail that the model in force drops wrongly has done its work: the next one must learn it."""
    rules = _suspended_rules(store)
    found = lessons(store, spool, without=rules)
    wrong = wrong_drops(champion, found.frozen) if champion else ()
    if not wrong:
        return found
    if not dry_run:
        store.learning.never_freeze(wrong)
    return lessons(store, spool, without=rules, unfrozen=wrong)


def roll_back(config: Config, store: Store, *, who: str, at: datetime, dry_run: bool) -> tuple[str, str]:
    """Puts the model before back in force; the names of the one that was and the one that is. A broken one is refused."""
    previous = site_model.before(config)
    if previous:
        load(site_model.folder_of(config, previous))
    if dry_run:
        return site_model.current(config), previous
    was, now = site_model.roll_back(config)
    store.learning.note("rollback", now, f"instead of {was}", who=who, at=at)
    return was, now


def _conclude(config: Config, store: Store, out: Path, result: Training, *, who: str, at: datetime) -> None:
    version = result.manifest.version
    if not result.may_take_over:
        store.learning.note("refuse", version, "; ".join(result.challenge.refusals), who=who, at=at)
        return
    target = site_model.folder_of(config, version)
    try:
        if not _is_whole(target):
            out.replace(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be made: {error.strerror or error}", remedy="the model in force stays") from error
    site_model.install(config, version)
    store.learning.note("install", version, f"after {result.champion or 'none'}: {result.lessons.text}", who=who, at=at)


def _is_whole(folder: Path) -> bool:
    """Whether the same model lies there already; what is left of one is taken away."""
    if not folder.exists():
        return False
    try:
        load(folder)
    except ModelError:
        site_model.remove(folder)
        return False
    return True


def _workshop(config: Config, *, dry_run: bool) -> AbstractContextManager[str]:
    """A folder for the challenger; on the disk of the store, so that it can be moved into place at once."""
    if dry_run:
        return tempfile.TemporaryDirectory(prefix="mailtriage-")
    folder = site_model.models_folder(config)
    try:
        folder.mkdir(mode=0o750, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".challenger-", dir=folder)
    except OSError as error:
        remedy = "give the folder to the user mailtriage runs as; a full disk needs some space"
        raise StoreError(f"{folder} cannot be written: {error.strerror or error}", remedy=remedy) from error


def _champion(config: Config) -> tuple[Model | None, str]:
    """The model in force; one that is broken decides nothing, so that its challenger has only to drop nothing wrongly."""
    try:
        return model_in_force(config), ""
    except ModelError as error:
        return None, f"the model in force cannot be used and counts as none: {error}"


def _suspended_rules(store: Store) -> frozenset[str]:
    """The rules (`rule KIND/ID`) that audits found wanting: they drop nothing, and what they dropped teaches nothing."""
    return frozenset(source for source in store.audits.suspended() if source.startswith("rule "))


def wrong_drops(model: Model, known: Iterable[Lesson]) -> tuple[str, ...]:
    """The mails labelled as to be seen that learning alone would drop."""
    known = tuple(known)
    read_lesson = reader(known)
    wrong = []
    for lesson in known:
        if not lesson.is_noise and _drops(model, lesson.example, *read_lesson(lesson.example.raw)):
            wrong.append(lesson.example.name)
    return tuple(wrong)


def _trials(found: Lessons, champion: Model | None, challenger: Model) -> Iterator[Trial]:
    """Every mail to be seen, frozen or not, and the frozen noise."""
    read_lesson = reader((*found.taught, *found.frozen))
    for is_frozen, group in ((True, found.frozen), (False, found.taught)):
        for lesson in group:
            if is_frozen or not lesson.is_noise:
                yield _trial(lesson.example, read_lesson, champion, challenger, is_frozen=is_frozen)


def _traps(folder: Path | None, champion: Model | None, challenger: Model) -> Iterator[Trial]:
    """The samples that must be seen, where they are at hand."""
    for path in sorted(folder.rglob("*.expected")) if folder is not None else ():
        verdict = Verdict(json.loads(path.read_text(encoding="utf-8"))["verdict"])
        if verdict is Verdict.DROP:
            continue
        for name, data in read_mails(path.with_suffix(".eml")):
            example = Example(raw=RawMail(id=name, received_at=_TRAP_TIME, data=data), label=LABELS[verdict], name=name)
            yield _trial(example, read, champion, challenger, is_frozen=False)


def _trial(example: Example, read_mail: Read, champion: Model | None, challenger: Model, *, is_frozen: bool) -> Trial:
    message, report = read_mail(example.raw)
    is_noise = example.label == "noise" and not _must_see(example)
    return Trial(
        name=example.name,
        label="noise" if is_noise else example.label,
        is_frozen=is_frozen,
        was_dropped=champion is not None and _drops(champion, example, message, report),
        is_dropped=_drops(challenger, example, message, report),
    )


def _must_see(example: Example) -> set[str]:
    """The sections that are labelled as to be seen."""
    return {name for name, label in (example.section_labels or {}).items() if label != "noise"}


def _drops(model: Model, example: Example, message: Message, report: Report) -> bool:
    """Whether learning alone drops what must be seen: one of the sections labelled so, else the whole mail. Of noise: all of it."""
    if not report.is_complete or not report.sections:
        return False
    own = _must_see(example)
    quiet = [_is_quiet(model, report, section, message) for section in report.sections if not own or section.name in own]
    return any(quiet) if own else all(quiet)


def _is_quiet(model: Model, report: Report, section: Section, message: Message) -> bool:
    opinion = model.opinion(report.kind, report.host, section, message)
    return opinion.is_quiet and opinion.p_drop >= model.veto_threshold


class _Archive:
    """The newest mails of the store with something in them that no rule decides."""

    def __init__(self, store: Store, spool: Spool, rulebook: Rulebook) -> None:
        self._store, self._spool, self._rulebook = store, spool, rulebook
        self._suspended = _suspended_rules(store)
        self.n = 0

    def changes(self, champion: Model | None, challenger: Model) -> Iterator[Change]:
        """Every section on which the two would differ, were learning allowed to act everywhere."""
        for mail_id in self._store.learning.newest_mails(MOST_ARCHIVE):
            outcome = self._store.outcome(mail_id)
            raw = self._spool.get(mail_id) if outcome and any(map(_is_open, outcome.sections)) else None
            if raw is None:
                continue
            self.n += 1
            message, report = read(raw)
            before, after = (self._judged(model, raw, message, report) for model in (champion, challenger))
            for was, now in zip(before, after, strict=True):
                if was.verdict is not now.verdict:
                    why = _held_because(now if was.verdict is Verdict.DROP else was)
                    yield Change(
                        kind=report.kind,
                        section=was.section.name,
                        was=was.verdict,
                        now=now.verdict,
                        why=why,
                        host=report.host,
                        mail_id=mail_id,
                    )

    def _judged(self, model: Model | None, raw: RawMail, message: Message, report: Report) -> tuple[Judged, ...]:
        rulebook = self._rulebook.as_of(raw.received_at.date())
        case = Case(
            report=report,
            message=message,
            rulebook=rulebook,
            model=model,
            history=NoHistory(),
            promoted=AllKinds(),
            suspended=self._suspended,
        )
        return judge(case)


def _is_open(judged: Judged) -> bool:
    return judged.reasons[0].by.startswith(_OPEN)


def _held_because(judged: Judged) -> str:
    """What keeps a section: the gate's finding, the classifier's veto, or what stands first."""
    held = next((reason for reason in judged.reasons if reason.by.startswith("gate ")), judged.reasons[0])
    return held.detail
