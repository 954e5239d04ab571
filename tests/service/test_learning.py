from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.classify.challenge import FROZEN_MUST_SEE, is_frozen
from mailtriage.config import Config
from mailtriage.errors import ConfigError, InputError, ModelError, StoreError
from mailtriage.service import files, mailing, site_model
from mailtriage.service.judgement import load_judgement, model_in_force, relearnt
from mailtriage.service.learning import Training, roll_back, train_site
from mailtriage.service.lessons import doubts, lessons, reader
from mailtriage.service.promotion import standing
from mailtriage.service.watching import watch
from mailtriage.service.worker import Worker
from mailtriage.store.main import Store
from mailtriage.types import Verdict
from tests.service.sites import HOUR, NOW, Site, quiet, troubled

SAMPLES = Path(__file__).parents[2] / "samples"
HOSTS = ("web01.example.org", "web02.example.org", "db01.example.org")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def teach(site: Site, n_quiet: int = 12, n_troubled: int = 4) -> tuple[list[str], list[str]]:
    """Mails of one job, labelled."""
    good = [site.cron(quiet(n), host=HOSTS[n % 3]) for n in range(n_quiet)]
    bad = [site.cron(troubled(n), host=HOSTS[n % 3]) for n in range(n_troubled)]
    for mail_id in good:
        site.store.label(mail_id, None, Verdict.DROP, at=NOW)
    for mail_id in bad:
        site.store.label(mail_id, None, Verdict.EVENT, at=NOW)
    return good, bad


def trained(site: Site, *, traps: Path | None = None, dry_run: bool = False, config: Config | None = None) -> Training:
    return train_site(config or site.config, site.store, site.spool, base=None, traps=traps, who="ann", at=NOW, dry_run=dry_run)


def _sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def in_force(site: Site) -> str:
    model = model_in_force(site.config)
    assert model is not None
    return model.version


def stored(site: Site) -> dict[str, str]:
    """What stands in every file of the model in force."""
    folder = site_model.in_force(site.config)
    assert folder is not None
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_what_was_labelled_is_dropped_once_its_kind_is_promoted(site: Site) -> None:
    teach(site)
    result = trained(site)
    assert result.may_take_over
    assert in_force(site) == result.manifest.version
    in_shadow = site.outcome(site.cron(quiet(40)))
    site.store.learning.promote("cron", who="ann", at=NOW, detail="")
    acting = site.outcome(site.cron(quiet(41)))
    assert (in_shadow.verdict, acting.verdict) == (Verdict.DIGEST, Verdict.DROP)
    assert site.outcome(site.cron(troubled(7))).verdict is not Verdict.DROP
    assert acting.model_version == result.manifest.version
    assert any(reason.detail.startswith("would drop") for reason in in_shadow.sections[0].shadow)


def test_a_verdict_of_the_rules_names_the_model_that_was_loaded_too(site: Site) -> None:
    outcome = site.take(_sample("freebsd_daily/3ware-degraded"), NOW)
    assert outcome.verdict is Verdict.EVENT
    assert outcome.model_version == in_force(site)


def test_label_unlabel_and_training_again_give_the_same_bytes(site: Site) -> None:
    good, _ = teach(site)
    other = site.cron(quiet(30), host="db02.example.org")
    trained(site)
    before = stored(site)
    site.store.label(good[0], None, Verdict.EVENT, at=NOW)
    site.store.label(other, "output", Verdict.DIGEST, at=NOW)
    trained(site)
    assert stored(site) != before
    site.store.learning.take_back(other, who="ann", at=NOW)
    site.store.learning.take_back(good[0], who="ann", at=NOW)
    trained(site)
    assert stored(site) == before


def test_training_twice_changes_nothing(site: Site) -> None:
    teach(site)
    first = trained(site)
    before = stored(site)
    again = trained(site)
    assert (first.is_same, again.is_same) == (False, True)
    assert stored(site) == before
    assert [step.what for step in site.store.learning.steps() if step.what == "install"] == ["install"]


def test_a_dry_run_says_all_and_leaves_nothing(site: Site) -> None:
    teach(site)
    before = in_force(site)
    result = trained(site, dry_run=True)
    assert result.challenge.groups
    assert result.challenge.groups[0].n == 12
    assert in_force(site) == before
    assert not site_model.models_folder(site.config).exists()
    assert not any(step.what == "install" for step in site.store.learning.steps())


def test_a_challenger_that_would_drop_what_must_be_seen_is_refused(site: Site) -> None:
    teach(site, n_troubled=3)
    champion = trained(site)
    # All of one fault are labelled drop, by mistake; only a frozen one is labelled as it should be.
    wrong = [site.cron(troubled(3), host=HOSTS[n % 3]) for n in range(60)]
    for mail_id in wrong:
        site.store.label(mail_id, None, Verdict.DROP, at=NOW)
    frozen = _frozen_twin(site)
    result = trained(site)
    assert not result.may_take_over
    assert result.challenge.new_wrong == (frozen,)
    assert in_force(site) == champion.manifest.version
    step = site.store.learning.steps()[-1]
    assert (step.what, step.who) == ("refuse", "ann")
    assert frozen in step.detail


def _frozen_twin(site: Site) -> str:
    """A mail to be seen of the frozen share, whose lines are those of mails labelled drop."""
    while True:
        mail_id = site.cron(troubled(3), host=HOSTS[0])
        raw = site.spool.get(mail_id)
        assert raw is not None
        if is_frozen(raw.data, FROZEN_MUST_SEE):
            site.store.label(mail_id, None, Verdict.EVENT, at=NOW)
            return mail_id


def test_a_mail_that_was_wrongly_dropped_is_learnt_and_never_frozen(site: Site) -> None:
    teach(site)
    trained(site)
    site.store.learning.promote("cron", who="ann", at=NOW, detail="")
    dropped = [site.cron(quiet(50 + n)) for n in range(9)]
    for mail_id in dropped:
        site.store.label(mail_id, None, Verdict.EVENT, at=NOW)
    found = lessons(site.store, site.spool)
    assert set(dropped) <= {lesson.example.name for lesson in found.taught}
    result = trained(site)
    assert result.challenge.n_wrong_was == 9
    assert result.challenge.n_wrong_now == 0
    assert result.may_take_over


def test_a_frozen_mail_that_the_model_in_force_would_drop_is_learnt_for_good(site: Site) -> None:
    teach(site)
    trained(site)
    # In shadow, so nothing was dropped; a third of them would be frozen.
    shown = [site.cron(quiet(50 + n)) for n in range(9)]
    for mail_id in shown:
        site.store.label(mail_id, None, Verdict.EVENT, at=NOW)
    assert any(lesson.example.name in shown for lesson in lessons(site.store, site.spool).frozen)
    preview = trained(site, dry_run=True)
    assert site.store.learning.never_frozen() == frozenset()
    result = trained(site)
    assert result.manifest.version == preview.manifest.version
    assert result.challenge.n_wrong_now == 0
    assert not any(lesson.example.name in shown for lesson in lessons(site.store, site.spool).frozen)
    assert trained(site).is_same


def test_the_samples_are_traps(site: Site) -> None:
    teach(site)
    found = trained(site, traps=SAMPLES / "smartd", dry_run=True).challenge
    assert found.n_must_see > 10
    assert found.n_wrong_now == 0


def test_rolling_back_twice_is_where_one_was(site: Site) -> None:
    teach(site)
    shipped = in_force(site)
    with pytest.raises(InputError, match="no model to go back to"):
        roll_back(site.config, site.store, who="ann", at=NOW, dry_run=False)
    version = trained(site).manifest.version
    assert roll_back(site.config, site.store, who="ann", at=NOW, dry_run=True) == (version, "shipped")
    assert in_force(site) == version
    assert roll_back(site.config, site.store, who="ann", at=NOW, dry_run=False) == (version, "shipped")
    assert in_force(site) == shipped
    roll_back(site.config, site.store, who="ann", at=NOW, dry_run=False)
    assert in_force(site) == version


def test_only_the_model_in_force_and_the_one_before_are_kept(site: Site) -> None:
    versions = []
    for n in range(3):
        teach(site, 12 + n)
        versions.append(trained(site).manifest.version)
    assert len(set(versions)) == 3
    folders = {path.name for path in site_model.models_folder(site.config).iterdir() if path.is_dir()}
    assert folders == set(versions[1:])


def test_sections_that_rules_dropped_are_learnt_weakly_unless_somebody_corrected_them(site: Site) -> None:
    daily = [site.take(b"X-Number: %d\r\n" % n + _sample("freebsd_daily/3ware-degraded"), NOW + n * HOUR) for n in range(3)]
    outcome = daily[0]
    dropped = {judged.section.name for judged in outcome.sections if judged.verdict is Verdict.DROP}
    assert dropped
    found = lessons(site.store, site.spool)
    assert found.n_weak == 3
    assert {lesson.example.label for lesson in found.taught} == {"noise"}
    for lesson in found.taught:
        _, report = reader(found.all)(lesson.example.raw)
        assert {section.name for section in report.sections} <= dropped
    site.store.label(outcome.id, None, Verdict.EVENT, at=NOW)
    assert lessons(site.store, site.spool).n_weak == 2
    (drop, *_) = site.store.audits.drops_of(daily[1].id)
    site.store.audits.forget_drops([drop])
    (lesson, *_) = [one for one in lessons(site.store, site.spool).all if one.example.name == daily[1].id]
    assert lesson.names == frozenset(dropped - {drop.section})
    by = {judged.reasons[0].by for judged in outcome.sections}
    assert lessons(site.store, site.spool, without=by).n_weak == 0


def test_a_mail_whose_bytes_are_gone_is_counted_not_learnt(site: Site) -> None:
    good, _ = teach(site, 3, 0)
    site.spool.remove([good[0]])
    found = lessons(site.store, site.spool)
    assert (found.said.n_gone, len(found.taught)) == (1, 2)
    assert found.said.notes == ("1 labelled mail left out: the bytes are not kept any more",)


def test_a_label_on_the_floor_is_an_opinion_and_never_acted_on(site: Site) -> None:
    mails = [site.cron("pool: tank is DEGRADED\nall other pools are fine\n") for _ in range(12)]
    outcome = site.outcome(mails[0])
    assert any("on the floor" in doubt for doubt in doubts(site.store, outcome, None, Verdict.DROP))
    for mail_id in mails:
        site.store.label(mail_id, "output", Verdict.DROP, at=NOW)
    found = lessons(site.store, site.spool)
    assert (found.taught, found.frozen, found.said.n_opinions) == ((), (), 12)
    with pytest.raises(InputError, match="nothing to learn from"):
        trained(site)
    site.store.learning.promote("cron", who="ann", at=NOW, detail="")
    assert site.outcome(site.cron("pool: tank is DEGRADED\nall other pools are fine\n")).verdict is not Verdict.DROP


def test_a_label_on_what_forbids_a_drop_confirms_nothing(site: Site) -> None:
    outcome = site.take(_sample("freebsd_daily/cut-off"), NOW)
    assert outcome.sections[-1].section.name == "guard"
    assert any("the mail may not be dropped" in doubt for doubt in doubts(site.store, outcome, "guard", Verdict.DROP))
    site.store.label(outcome.id, "guard", Verdict.DROP, at=NOW)
    assert standing(site.config, site.store, site.spool, outcome.kind).n_confirmed == 0


def test_contradicting_labels_are_said(site: Site) -> None:
    good, _ = teach(site, 3, 1)
    other = site.cron(quiet(9))
    outcome = site.store.label(other, None, Verdict.EVENT, at=NOW)
    (doubt, *_) = doubts(site.store, outcome, None, Verdict.EVENT)
    assert doubt.startswith(f"{good[0]} has the same lines, numbers aside, and is labelled drop")
    assert "1 contradiction" in lessons(site.store, site.spool).said.notes[0]
    site.store.label(good[0], "output", Verdict.EVENT, at=NOW)
    said = list(doubts(site.store, site.outcome(good[0]), "output", Verdict.EVENT))
    assert any("as a whole is labelled drop" in doubt for doubt in said)


def test_without_labels_there_is_nothing_to_learn(site: Site) -> None:
    site.cron(quiet(1))
    with pytest.raises(InputError, match="nothing to learn from") as error:
        trained(site)
    assert "model review" in error.value.remedy


def test_one_class_only_is_trained_and_said(site: Site) -> None:
    teach(site, 0, 9)
    result = trained(site)
    assert "no mail is labelled noise" in result.manifest.note
    assert site.outcome(site.cron(quiet(1))).verdict is Verdict.DIGEST
    teach(site, 9, 0)
    assert "needed: the gate works alone" in trained(site).manifest.note


def test_another_configured_model_is_not_replaced_behind_its_back(site: Site) -> None:
    teach(site)
    for path in ("none", "mine"):
        with pytest.raises(ConfigError, match="would not be used"):
            trained(site, config=replace(site.config, model=replace(site.config.model, path=path)))


def test_a_truncated_model_leaves_the_rules_alone_and_can_be_left_behind(site: Site) -> None:
    teach(site)
    version = trained(site).manifest.version
    gate = site_model.folder_of(site.config, version) / "gate.json.zst"
    gate.write_bytes(gate.read_bytes()[:100])
    with pytest.raises(ModelError, match="cut off or changed") as error:
        model_in_force(site.config)
    assert "model rollback" in error.value.remedy
    judgement = load_judgement(site.config, survives_model=True)
    assert judgement.model is None
    assert "rules only" in judgement.notes[-1]
    again = trained(site)
    assert "cannot be used and counts as none" in again.champion_note
    assert in_force(site) == version


def test_a_current_that_names_nothing_is_refused_and_rolled_back(site: Site) -> None:
    teach(site)
    trained(site)
    current = site_model.models_folder(site.config) / "current"
    for content in (b"", b"../../etc", b"\xff\xfe", b"0123456789ab\n"):
        current.write_bytes(content)
        with pytest.raises(ModelError):
            model_in_force(site.config)
        assert load_judgement(site.config, survives_model=True).model is None
    roll_back(site.config, site.store, who="ann", at=NOW, dry_run=False)
    assert in_force(site)


def test_a_disk_that_takes_no_model_leaves_the_old_one(site: Site) -> None:
    teach(site)
    site_model.models_folder(site.config).write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        trained(site)


def test_the_worker_takes_a_new_model_and_a_promotion_with_the_next_mail(site: Site) -> None:
    teach(site)
    worker = Worker(site.config)
    try:
        worker.step()
        before = worker.judgement
        worker.step()
        assert worker.judgement is before
        version = trained(site).manifest.version
        site.store.learning.promote("cron", who="ann", at=NOW, detail="")
        worker.step()
        assert getattr(worker.judgement.model, "version", "") == version
        assert worker.judgement.promoted == {"cron"}
        site.store.learning.retire("cron", who="ann", at=NOW)
        worker.step()
        assert worker.judgement.promoted == frozenset()
    finally:
        worker.close()


def test_a_new_model_that_is_broken_leaves_the_old_one_in_force(site: Site) -> None:
    teach(site)
    trained(site)
    judgement = load_judgement(site.config)
    (site_model.models_folder(site.config) / "current").write_text("0123456789ab\n")
    after = relearnt(site.config, judgement, frozenset())
    assert after.model is judgement.model
    assert "stays in force" in after.notes[-1]
    assert relearnt(site.config, after, frozenset()) is after


def test_a_kind_is_promoted_when_enough_is_confirmed_and_nothing_is_wrong(site: Site) -> None:
    teach(site, 29, 3)
    found = standing(site.config, site.store, site.spool, "cron")
    assert found.missing == ("29 of 30 mails confirmed quiet, 1 more to go: `mailtriage model review`, or `mailtriage label ID drop`",)
    trained(site)
    site.store.label(site.cron(quiet(3)), "output", Verdict.DROP, at=NOW)
    assert standing(site.config, site.store, site.spool, "cron").missing == ()
    site.store.label(site.cron(quiet(4)), None, Verdict.EVENT, at=NOW)
    (missing,) = standing(site.config, site.store, site.spool, "cron").missing
    assert missing.startswith("learning would drop 1 mail labelled as to be seen")


def test_a_kind_that_never_came_or_is_a_persons_cannot_be_promoted(site: Site) -> None:
    site.cron(quiet(1))
    with pytest.raises(InputError, match="ever came") as error:
        standing(site.config, site.store, site.spool, "corn")
    assert "'cron'" in error.value.remedy
    with pytest.raises(InputError, match="people write"):
        standing(site.config, site.store, site.spool, "human")


def test_drift_stands_in_the_digest(site: Site) -> None:
    teach(site)
    trained(site)
    last = NOW + timedelta(days=40)
    for day in range(29):
        for n in range(5):
            site.cron(quiet(n), at=last - timedelta(days=29 - day) + n * HOUR)
    for n in range(25):
        site.cron(troubled(n), at=last - timedelta(days=1) + n * timedelta(minutes=7))
    now = last + timedelta(hours=1)
    (finding,) = watch(site.config, site.store, now).findings
    assert finding.startswith("cron: learning held ")
    edition = mailing.preview(site.store, site.spool, site.config, (), since=None, now=now)
    assert finding in edition.notes
    # The clock jumps two years on and back: the model is old, then it is not.
    (old,) = watch(site.config, site.store, now + timedelta(days=800)).findings
    assert "past its review date" in old
    assert watch(site.config, site.store, now).findings == (finding,)


def test_a_mail_dated_in_the_future_keeps_no_model_young(site: Site) -> None:
    for n in range(4):
        site.store.label(site.cron(quiet(n), at=NOW + timedelta(days=9000)), None, Verdict.DROP, at=NOW)
    assert trained(site).manifest.newest_mail.startswith("2051")
    (old,) = watch(site.config, site.store, NOW + timedelta(days=500)).findings
    assert "past its review date" in old


def test_the_probabilities_of_the_past_are_held_against_labels(site: Site) -> None:
    teach(site, 12, 4)
    found = watch(site.config, site.store, NOW).calibration
    assert found.n == 16
    assert found.found == 0.75


def test_an_unreadable_store_is_said(site: Site) -> None:
    path = site.store.path
    site.close()
    path.write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(StoreError, match="not a database"):
        files.open_store(site.config)
    shutil.rmtree(path.parent)
    assert isinstance(files.open_store(site.config), Store)
