"""What the rulebook says of sections: what is dropped, raised, shown and held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailtriage.errors import RuleError
from mailtriage.rulebook import coverage, load
from mailtriage.types import Measure, Report
from tests.rulebook.support import DROP, TODAY, book, drop, fs_used, never, rule_on, section


def test_a_section_is_dropped_only_when_every_line_is_explained(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^all pools are healthy$', '^scrub done$']"))
    assert rule_on(rules, section("all pools are healthy", "", "scrub done")).is_explained
    ruling = rule_on(rules, section("all pools are healthy", "something new", "and more"))
    assert not ruling.is_explained
    assert ruling.unexplained == "something new"
    assert [rule.id for rule in ruling.drops] == ["freebsd_daily/quiet"]


def test_a_dollar_is_the_end_of_the_line_and_nothing_may_follow(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^ok$']"))
    assert not rule_on(rules, section("ok, but not really")).is_explained
    assert not rule_on(rules, section("not ok")).is_explained


def test_an_empty_section_needs_a_rule_that_says_so(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^ok$']"))
    assert not rule_on(rules, section()).is_explained
    assert rule_on(rules, section()).unexplained is None
    empty = f"[[rule]]\nid = 'empty'\n{DROP}text = '\\A\\s*\\z'\n"
    rules = book(tmp_path, freebsd_daily=empty)
    assert rule_on(rules, section()).is_explained
    assert rule_on(rules, section("", "  ")).is_explained
    assert not rule_on(rules, section("", "x")).is_explained


def test_a_text_rule_explains_only_lines_it_covers_from_end_to_end(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=f"[[rule]]\nid = 'two'\n{DROP}text = '^begin \\d+\\n+end$'\n")
    assert rule_on(rules, section("begin 7", "end")).is_explained
    assert rule_on(rules, section("begin 7", "", "end")).is_explained
    assert rule_on(rules, section("begin 7", "end", "begin 8", "end")).is_explained
    assert rule_on(rules, section("intro", "begin 7", "end")).unexplained == "intro"
    part = book(tmp_path, freebsd_daily=f"[[rule]]\nid = 'part'\n{DROP}text = 'no problems'\n")
    assert not rule_on(part, section("no problems were looked for")).is_explained


def test_lines_of_a_drop_rule_count_only_while_its_text_and_measure_hold(tmp_path: Path) -> None:
    more = "text = '^-- end --$'\nmeasure = { name = 'fs_used', below = 90 }"
    rules = book(tmp_path, freebsd_daily=drop("['^/dev/', '^-- end --$']", more=more))
    lines = ("/dev/ada0p2 40% /var", "-- end --")
    assert rule_on(rules, section(*lines, measures=(fs_used(40),))).is_explained
    assert not rule_on(rules, section(lines[0], measures=(fs_used(40),))).is_explained
    assert not rule_on(rules, section(*lines)).is_explained
    assert not rule_on(rules, section(*lines, measures=(fs_used(40), fs_used(90, "/")))).is_explained


def test_an_event_rule_fires_once_for_each_item(tmp_path: Path) -> None:
    rule = """
[[rule]]
id = "pool"
action = "event"
lines = ['^(?P<pool>\\w+) is (?P<state>sick|dead)$']
item = "{pool}"
summary = "{pool}: {state} ({line}) {item}"
"""
    rules = book(tmp_path, freebsd_daily=rule)
    given = section("tank is sick", "all else is well", "tank is dead", "zroot is dead", item="pools")
    ruling = rule_on(rules, given)
    assert [hit.item(given) for hit in ruling.events] == ["tank", "zroot"]
    assert ruling.events[0].summary(given) == "tank: sick (tank is sick) pools"
    assert not ruling.is_explained


def test_a_summary_is_the_line_made_fit_for_a_terminal(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily="[[rule]]\nid='x'\naction='digest'\nlines=['lost']\n")
    given = section("\x1b[31mlost\x07  it", item="tank")
    (hit,) = rule_on(rules, given).digests
    assert (hit.summary(given), hit.item(given)) == ("lost it", "tank")


def test_a_measure_rule_fires_for_each_subject_over_its_limit(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily="[[rule]]\nid='full'\naction='event'\nmeasure={name='fs_used', above=95}\n")
    measures = (fs_used(97.5), fs_used(95, "/"), fs_used(100, "/home"))
    given = section("/dev/a 97% /var", "/dev/b 95% /", "/dev/c 100% /home", measures=measures)
    hits = rule_on(rules, given).events
    assert [(hit.item(given), hit.summary(given), hit.line) for hit in hits] == [
        ("/var", "fs_used /var 97.5 %", "/dev/a 97% /var"),
        ("/home", "fs_used /home 100 %", "/dev/c 100% /home"),
    ]


def test_a_rise_is_seen_against_the_hosts_own_last_value(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily="[[rule]]\nid='jump'\naction='event'\nmeasure={name='fs_used', rise=10, below=99}\n")
    given = section("/var", measures=(fs_used(60),))

    def events(before: float | None) -> int:
        return len(rules.rule_on("freebsd_daily", "h", given, lambda name, subject: before).events)

    assert [events(before) for before in (None, 50, 50.5, 20)] == [0, 1, 0, 1]


def test_an_event_rule_with_lines_and_text_needs_both(tmp_path: Path) -> None:
    rule = "[[rule]]\nid='x'\naction='event'\nlines=['^disk (?P<disk>\\S+)']\ntext='^host (?P<host>\\S+)$'\nitem='{host}:{disk}'\n"
    rules = book(tmp_path, freebsd_daily=rule)
    given = section("host a", "disk ada0", "disk ada1")
    assert [hit.item(given) for hit in rule_on(rules, given).events] == ["a:ada0", "a:ada1"]
    assert not rule_on(rules, section("disk ada0")).events


@pytest.mark.parametrize(
    ("more", "is_found"),
    [
        ("section = 'disks'", True),
        ("section = 'di*'", True),
        ("section = 'mail'", False),
        ("host = 'WEB*.example.org'", True),
        ("host = 'web07.example.org'", True),
        ("host = 'db*'", False),
        ("kind = '*'", True),
        ("kind = 'cron'", False),
        ("until = 2026-11-22", True),
        ("until = 2026-11-21", False),
    ],
)
def test_kind_section_host_and_until_say_where_a_rule_counts(tmp_path: Path, more: str, is_found: bool) -> None:
    rules = book(tmp_path, freebsd_daily=f"[[rule]]\nid='x'\naction='event'\nlines=['bad']\n{more}\n")
    assert bool(rule_on(rules, section("bad"), host="Web07.example.org").events) is is_found


def test_a_rule_ends_on_its_day_in_a_daemon_that_runs_for_months(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^ok$']", more="until = 2026-11-30"))
    assert rule_on(rules.as_of(date(2026, 11, 30)), section("ok")).is_explained
    assert not rule_on(rules.as_of(date(2026, 12, 1)), section("ok")).is_explained
    assert rules.as_of(TODAY) is rules


def test_a_test_rule_is_recorded_and_never_acts(tmp_path: Path) -> None:
    text = drop("['^ok$']", more="status = 'test'") + "[[rule]]\nid='e'\naction='event'\nlines=['ok']\nstatus='test'\n"
    ruling = rule_on(book(tmp_path, freebsd_daily=text), section("ok"))
    assert [hit.rule.id for hit in ruling.tests] == ["freebsd_daily/quiet", "freebsd_daily/e"]
    assert (ruling.events, ruling.drops, ruling.is_explained) == ((), (), False)


def test_the_floor_forbids_a_drop_unless_the_rule_that_explains_the_line_overrides_it(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^tank is DEGRADED$', '^ok$']"))
    ruling = rule_on(rules, section("ok", "tank is DEGRADED"))
    assert [(hit.name, hit.line) for hit in ruling.floor] == [("degraded", "tank is DEGRADED")]
    assert not ruling.is_explained
    assert ruling.unexplained is None
    rules = book(tmp_path, freebsd_daily=drop("['^tank is DEGRADED$', '^ok$']", more='overrides = ["degraded"]'))
    assert rule_on(rules, section("ok", "tank is DEGRADED")).is_explained
    assert [hit.line for hit in rule_on(rules, section("ok", "zroot is DEGRADED")).floor] == ["zroot is DEGRADED"]


@pytest.mark.parametrize("broken", ["lines = ['(']", "lines = ['x']\nbogus = 1"])
def test_what_a_broken_rule_covered_is_kept_and_its_neighbours_work(tmp_path: Path, broken: str) -> None:
    text = drop("['^ok$']") + f"[[rule]]\nid='bad'\nsection='di*'\naction='event'\n{broken}\n"
    rules = book(tmp_path, freebsd_daily=text)
    ruling = rule_on(rules, section("ok"))
    assert not ruling.is_explained
    assert ruling.held_by.startswith("rule freebsd_daily/bad is broken (")
    assert rule_on(rules, section("ok", name="zfs_pools")).is_explained


def test_an_unreadable_file_holds_its_kind_and_the_kinds_its_rules_name(tmp_path: Path) -> None:
    rules = book(
        tmp_path, freebsd_daily=drop("['^ok$']"), cron=drop("['^ok$']"), zabbix=drop("['^ok$']"), unknown='kind = "cron"\n' + drop("[oops")
    )
    rules = book(tmp_path, freebsd_daily="[[rule]\n")
    assert rule_on(rules, section("ok"), kind="freebsd_daily").held_by
    assert rule_on(rules, section("ok"), kind="cron").held_by
    assert rule_on(rules, section("ok"), kind="zabbix").is_explained


def test_a_later_folder_replaces_a_rule_by_its_full_id(tmp_path: Path) -> None:
    book(tmp_path / "shipped", freebsd_daily=drop("['^ok$']") + drop("['^fine$']", name="other"))
    book(tmp_path / "site", freebsd_daily=drop("['^okay$']"), cron=drop("['^ok$']"))
    rules = load(tmp_path / "shipped", tmp_path / "site", today=TODAY)
    assert [rule.id for rule in rules.rules] == ["freebsd_daily/quiet", "freebsd_daily/other", "cron/quiet"]
    assert [rule.lines for rule in rules.replaced] == [("^ok$",)]
    assert not rule_on(rules, section("ok")).is_explained
    assert rule_on(rules, section("okay", "fine")).is_explained


def test_a_broken_rule_does_not_take_the_shipped_one_away(tmp_path: Path) -> None:
    book(tmp_path / "shipped", freebsd_daily="[[rule]]\nid='bad'\naction='event'\nlines=['bad']\n")
    book(tmp_path / "site", freebsd_daily="[[rule]]\nid='bad'\naction='event'\nlines=['(']\n")
    rules = load(tmp_path / "shipped", tmp_path / "site", today=TODAY)
    assert rule_on(rules, section("bad")).events
    book(tmp_path / "third", freebsd_daily="[[rule]]\nid='bad'\naction='event'\nlines=['worse']\n")
    rules = load(tmp_path / "shipped", tmp_path / "site", tmp_path / "third", today=TODAY)
    assert not rules.problems


def test_a_missing_folder_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such folder of rules") as error:
        load(tmp_path / "nowhere")
    assert error.value.remedy


def test_a_folder_without_rules_is_a_problem_and_an_empty_site_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert [problem.code for problem in load(tmp_path / "empty").problems] == ["no-rules"]
    book(tmp_path / "rules", cron=drop("['^ok$']"))
    assert not load(tmp_path / "rules", tmp_path / "empty").problems


@pytest.mark.parametrize(
    "name",
    ["a.toml~", "a.toml.bak", ".a.toml", "a.toml.dpkg-old", "a.toml.rpmnew", "a.toml.ucf-dist", "a.orig.toml", "a.toml.swp", "README"],
)
def test_backups_of_rule_files_are_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("this is no TOML")
    book(tmp_path, cron=drop("['^ok$']"))
    assert not load(tmp_path).problems


def test_the_version_changes_with_what_the_rules_say_and_not_with_where_they_stand(tmp_path: Path) -> None:
    first = book(tmp_path / "a", cron=drop("['^ok$']")).version
    assert book(tmp_path / "b", cron="# a comment\n\n" + drop("['^ok$']")).version == first
    assert book(tmp_path / "c", cron=drop("['^okay$']")).version != first
    assert book(tmp_path / "d", cron=drop("['^ok$']") + "[[rule]]\n").version != first


def test_the_near_miss_names_the_rule_whose_words_are_most_alike(tmp_path: Path) -> None:
    text = drop("['^all pools are healthy$']", more="hit = ['all pools are healthy']") + drop("['^mail queue is empty$']", name="queue")
    rules = book(tmp_path, freebsd_daily=text)
    told = rules.nearest("freebsd_daily", "zfs_pools", "all pools are healthy, but old")
    assert told == "nearest is rule freebsd_daily/quiet, which explains 'all pools are healthy'"
    assert rules.nearest("freebsd_daily", "zfs_pools", "xyzzy") == ""


def test_text_that_is_no_text_is_judged_like_any_other(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^ok$']"))
    for odd in ("\x00", "\udcff", "ok\x00", "\x00\x01sentinel\x01\x00", "a" * 100_000, "ok\r"):
        ruling = rules.rule_on("freebsd_daily", "h", section(odd), never)
        assert not ruling.is_explained
        assert ruling.unexplained == odd


def test_a_thousand_days_of_lines_are_not_all_remembered(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^job \\d+$']"))
    start = TODAY - timedelta(days=1)
    for number in range(40_000):
        assert rule_on(rules, section(f"job {number}")).is_explained
    memo = rules.as_of(start)._banks.on("freebsd_daily", "disks", "h")[0]._memo
    assert len(memo._young) + len(memo._old) <= 2 * (1 << 15)


def test_rules_speak_in_one_order_whether_their_patterns_are_many_or_few(tmp_path: Path) -> None:
    many = drop(str(["^ok$", *(f"^word{number}$" for number in range(100))]), name="many", more='kind = "freebsd_*"')
    few = drop("['^ok$']", name="few", more='kind = "freebsd_d*"')
    own = drop("['^ok$']", name="own", more='section = "disks"')
    for written, expected in ((many + few + own, ["own", "many", "few"]), (few + own + many, ["own", "few", "many"])):
        rules = book(tmp_path, freebsd_daily=written)
        assert [rule.id for rule in rule_on(rules, section("ok")).drops] == [f"freebsd_daily/{name}" for name in expected]


def test_a_rule_may_be_for_several_kinds_and_sections(tmp_path: Path) -> None:
    rules = book(tmp_path, jobs=drop("['^ok$']", more="kind = 'cron|freebsd_*'\nsection = 'output|local'"))
    for kind, name, is_for in (
        ("cron", "output", True),
        ("freebsd_daily", "local", True),
        ("unknown", "output", False),
        ("cron", "x", False),
    ):
        assert rule_on(rules, section("ok", name=name), kind=kind).is_explained is is_for, (kind, name)


def test_a_file_says_once_what_all_its_rules_are_for(tmp_path: Path) -> None:
    own = drop("['^fine$']", name="own", more="section = 'mail'")
    rules = book(tmp_path, jobs="kind = 'cron|unknown'\nsection = 'output'\n\n" + drop("['^ok$']") + own)
    assert not rules.problems
    assert rule_on(rules, section("ok", name="output"), kind="unknown").is_explained
    assert not rule_on(rules, section("ok", name="mail"), kind="unknown").is_explained
    assert rule_on(rules, section("fine", name="mail"), kind="unknown").is_explained
    assert not rule_on(rules, section("ok", name="output"), kind="jobs").is_explained


def test_a_broken_rule_of_a_file_for_several_kinds_holds_all_of_them(tmp_path: Path) -> None:
    wrong = "[[rule]]\nid = 'wrong'\naction = 'event'\nlines = ['(']\n"
    rules = book(tmp_path, jobs="kind = 'cron|unknown'\nsection = 'output'\n" + drop("['^ok$']") + wrong)
    assert [problem.kind for problem in rules.problems] == ["cron|unknown"]
    assert not rule_on(rules, section("ok", name="output"), kind="unknown").is_explained
    assert not rule_on(rules, section("ok", name="output"), kind="cron").is_explained


def test_a_rule_may_ask_for_what_is_on_the_floor(tmp_path: Path) -> None:
    event = "[[rule]]\nid = 'trouble'\naction = 'event'\nfloor = ['degraded', 'io_*']\n"
    rules = book(tmp_path, freebsd_daily=event)
    ruling = rule_on(rules, section("all is well", " state: DEGRADED", "cp: x: Input/output error"))
    assert [hit.line for hit in ruling.events] == [" state: DEGRADED"]  # one for each item, and there is none
    assert [hit.line for hit in rule_on(rules, section("cp: x: Input/output error")).events] == ["cp: x: Input/output error"]
    assert not rule_on(rules, section("panic: page fault")).events
    assert not rule_on(rules, section("0 uncorrectable errors")).events


def test_a_rule_that_asks_for_floor_and_words_needs_both_on_one_line(tmp_path: Path) -> None:
    event = "[[rule]]\nid = 'trouble'\naction = 'event'\nfloor = ['*']\nlines = ['tank']\n"
    rules = book(tmp_path, freebsd_daily=event)
    assert rule_on(rules, section("tank DEGRADED")).events
    assert not rule_on(rules, section("tank ONLINE", "data DEGRADED")).events


def test_a_rule_may_depend_on_what_is_known_of_the_host(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^attack$']", more="given = { name = 'blocker', above = 0 }"))
    given, seen = section("attack"), {("blocker", ""): 1.0}
    assert not rules.rule_on("freebsd_daily", "a", given, never).is_explained
    assert rules.rule_on("freebsd_daily", "b", given, lambda name, subject, within=None: seen.get((name, subject))).is_explained
    assert not rules.rule_on("freebsd_daily", "a", given, never).is_explained  # what was said of another host is not remembered
    shown = section("attack", measures=(Measure(name="blocker", subject="", value=1.0, unit=""),))
    assert rules.rule_on("freebsd_daily", "a", shown, never).is_explained
    gone = section("attack", measures=(Measure(name="blocker", subject="", value=0.0, unit=""),))
    assert not rules.rule_on("freebsd_daily", "a", gone, lambda name, subject, within=None: 1.0).is_explained


def test_coverage_names_rules_that_are_never_asked_for_and_sections_without_rules(tmp_path: Path) -> None:
    rules = book(tmp_path, cron=drop("['^ok$']") + drop("['^never$']", name="unused", more="miss = ['ever']"))
    reports = [Report(kind="cron", host="a", sections=(section("ok", name="output"), section("odd", name="output")))]
    found = coverage(rules, reports, {"cron": ("output", "exit"), "unknown": ("mail",)})
    assert (found.n_mails, found.n_sections) == (1, 2)
    assert found.hits == {"cron/quiet": 1}
    assert [rule.id for rule in found.never_hit] == ["cron/unused"]
    assert [rule.id for rule in found.without_near_miss] == ["cron/quiet"]
    assert found.silent == {("cron", "output"): 1}
    assert found.without_rule == (("unknown", "mail"),)
    near = [Report(kind="cron", host="a", sections=(section("ok", "odd", name="output"),))]
    assert coverage(rules, near, {}).without_near_miss == ()


def test_what_was_known_of_a_host_is_asked_for_with_an_age(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^attack$']", more="given = { name = 'blocker', above = 0 }"))
    asked: list[timedelta | None] = []

    def previous(name: str, subject: str, within: timedelta | None = None) -> float | None:
        asked.append(within)
        return 1.0

    assert rules.rule_on("freebsd_daily", "a", section("attack"), previous).is_explained
    assert asked == [timedelta(days=7)]


def test_a_heading_on_the_floor_keeps_its_section(tmp_path: Path) -> None:
    rules = book(tmp_path, freebsd_daily=drop("['^ok$']"))
    assert rule_on(rules, section("ok")).is_explained
    assert not rule_on(rules, replace(section("ok"), heading="disk sda failed")).is_explained
