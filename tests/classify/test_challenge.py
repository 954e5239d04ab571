from __future__ import annotations

import json

from mailtriage.classify.challenge import Change, Trial, compare, is_frozen
from mailtriage.types import Verdict


def trial(label: str, *, was: bool, now: bool, name: str = "m1", is_frozen: bool = True) -> Trial:
    return Trial(name=name, label=label, is_frozen=is_frozen, was_dropped=was, is_dropped=now)


def noise(n: int, n_was: int, n_now: int) -> list[Trial]:
    return [trial("noise", was=at < n_was, now=at < n_now) for at in range(n)]


def change(kind: str = "cron", *, mail_id: str = "m1", host: str = "web07", now: Verdict = Verdict.DROP, why: str = "held: x") -> Change:
    was = Verdict.DIGEST if now is Verdict.DROP else Verdict.DROP
    return Change(kind=kind, section="output", was=was, now=now, why=why, host=host, mail_id=mail_id)


def test_a_challenger_that_is_as_good_takes_over() -> None:
    found = compare([trial("event", was=False, now=False), *noise(100, 90, 89)], ())
    assert found.refusals == ()
    assert (found.n_must_see, found.n_frozen_must_see, found.n_noise) == (1, 1, 100)


def test_one_new_wrong_drop_is_enough_to_be_refused() -> None:
    for label in ("event", "digest", "human"):
        for frozen in (True, False):
            found = compare([trial(label, was=False, now=True, is_frozen=frozen), *noise(100, 0, 100)], ())
            assert found.new_wrong == ("m1",)
            assert found.refusals == ("it would drop 1 mail to be seen that the model in force keeps: m1",)


def test_an_old_wrong_drop_is_no_reason_to_keep_the_old_model() -> None:
    assert compare([trial("event", was=True, now=True)], ()).refusals == ()


def test_a_new_wrong_drop_is_not_paid_for_by_two_mended_ones() -> None:
    trials = [trial("event", was=True, now=False), trial("event", was=True, now=False), trial("event", was=False, now=True, name="m9")]
    assert compare(trials, ()).refusals == ("it would drop 1 mail to be seen that the model in force keeps: m9",)


def test_noise_may_fall_by_one_point_of_the_frozen_and_not_more() -> None:
    assert compare(noise(100, 90, 89), ()).refusals == ()
    assert compare(noise(100, 90, 88), ()).refusals == ("it drops 2.0 points less of the frozen noise (88 of 100), allowed is 1 point",)
    trained_on = [trial("noise", was=True, now=False, is_frozen=False)] * 50
    assert compare([*noise(100, 90, 90), *trained_on], ()).refusals == ()


def test_a_model_that_mends_a_wrong_drop_takes_over_at_any_price_in_noise() -> None:
    assert compare([trial("event", was=True, now=False), *noise(100, 90, 10)], ()).refusals == ()


def test_changes_of_the_archive_are_grouped_and_what_becomes_quieter_stands_first() -> None:
    changes = [
        change(now=Verdict.DIGEST, why="held: new line: disk 7 is gone"),
        change("zabbix", mail_id="m2", why="held: value 40, known up to 7"),
        change("zabbix", mail_id="m3", host="db01", why="held: value 55, known up to 7"),
        change(mail_id="m4"),
    ]
    found = compare((), changes)
    assert [(group.kind, group.was, group.now, group.n, group.mail_id) for group in found.groups] == [
        ("zabbix", "digest", "drop", 2, "m2"),
        ("cron", "digest", "drop", 1, "m4"),
        ("cron", "drop", "digest", 1, "m1"),
    ]
    assert found.groups[0].hosts == ("db01", "web07")
    assert "2  digest -> drop  zabbix/output on db01, web07" in found.text
    assert json.loads(json.dumps(found.as_dict()))["changes"][0]["n"] == 2


def test_the_same_bytes_are_always_frozen_or_never() -> None:
    mails = [b"mail %d" % number for number in range(3000)]
    frozen = [mail for mail in mails if is_frozen(mail, 3)]
    assert frozen == [mail for mail in reversed(mails) if is_frozen(mail, 3)][::-1]
    assert 900 < len(frozen) < 1100
