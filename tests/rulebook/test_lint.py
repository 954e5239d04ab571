"""`rules check`: what an author is told about rules that load and still do not do what was meant."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from mailtriage.rulebook import Level, as_json, as_text, check, exit_code
from tests.rulebook.support import DROP, TODAY, book, drop

GOOD = drop("['^all pools are healthy$']", more="hit = ['all pools are healthy']\nmiss = ['all pools are healthy, but']")
EXAMPLES = "hit = ['ok']\nmiss = ['ok?']"


def codes(tmp_path: Path, text: str, *, today: date = TODAY) -> list[str]:
    """The codes of all findings in a file."""
    return [finding.code for finding in check(book(tmp_path, cron=text), today)]


def test_good_rules_have_no_findings(tmp_path: Path) -> None:
    assert codes(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (drop("['^ok$']"), ["no-hit", "no-miss"]),
        (drop("['^ok$']", more="hit = ['okay']\nmiss = ['ok?']"), ["example-hit"]),
        (drop("['^ok']", more=EXAMPLES), ["example-miss"]),
        (drop("['^ok$']", more='hit = ["ok\\nand more"]\nmiss = ["ok?"]'), ["example-hit"]),
        ("[[rule]]\nid='e'\naction='event'\nlines=['bad']\nhit=['good']\nmiss=['bad']\n", ["example-hit", "example-miss"]),
        (GOOD.replace("2027-11-22", "2026-11-21"), ["review"]),
        (drop("['^ok$']", more=EXAMPLES + "\nuntil = 2026-11-21"), ["until"]),
        (drop("['^ok$']", more=EXAMPLES) + drop("['^fine$', '^ok$']", name="b", more=EXAMPLES), ["shadowed"]),
        (drop("['^ok$']", more=EXAMPLES) + drop("['^ok$']", name="b", more=EXAMPLES + "\nsection = 'x'"), []),
        (drop("['.+']", more="hit = ['ok']"), ["no-miss", "matches-everything"]),
        (drop("['^ok$']", more=EXAMPLES + "\nseverity = 'high'\ncheck = 'x'"), ["unused-key", "unused-key"]),
        (
            drop("['^ok$']", more=EXAMPLES) + "[[rule]]\nid='e'\naction='event'\nlines=['^o']\n",
            ["dead", "conflict"],
        ),
        (drop("['^DEGRADED$']", more="hit = ['DEGRADED']\nmiss = ['x']"), ["dead", "floor-hit"]),
        (drop("['^DEGRADED$']", more="hit = ['DEGRADED']\nmiss = ['x']\noverrides = ['degraded']"), ["floor"]),
        (drop("['^ok$']", more=EXAMPLES) + "[[rule]]\nid='bad'\naction='event'\nlines=['(']\n", ["pattern"]),
        (drop("['^ok$']", more=EXAMPLES + "\nkind = 'zab*'\nsection = 'p?o'\nhost = 'db*'"), []),
        (drop("['^ok$']", more=EXAMPLES + "\nstatus = 'test'"), []),
    ],
)
def test_a_rule_that_misses_its_purpose_is_told(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert codes(tmp_path, text) == expected


def test_a_pattern_that_could_hold_up_a_storm_is_told(tmp_path: Path) -> None:
    text = "[[rule]]\nid='e'\naction='event'\nlines=['.{0,250}b.{0,50}Q']\n"
    assert codes(tmp_path, text) == ["slow"]
    assert codes(tmp_path, text.replace("{0,250}", "*").replace("{0,50}", "*")) == []


def test_measures_have_examples_too(tmp_path: Path) -> None:
    event = "[[rule]]\nid='full'\naction='event'\nmeasure={name='fs_used', above=95}\n"
    assert codes(tmp_path, event + "hit=['fs_used /var 97 %']\nmiss=['fs_used /var 95 %', 'fs_used /var 12']\n") == []
    assert codes(tmp_path, event + "hit=['fs_used /var 95 %']\n") == ["example-hit"]
    rise = "[[rule]]\nid='jump'\naction='event'\nmeasure={name='mail_queue', rise=50}\n"
    assert codes(tmp_path, rise + "hit=['mail_queue local 60 was 10']\nmiss=['mail_queue local 60', 'mail_queue local 59 was 10']\n") == []
    quiet = f"[[rule]]\nid='q'\n{DROP}lines=['^/dev/']\nmeasure={{name='fs_used', below=80}}\n"
    examples = 'hit=["/dev/ada0p2 40% /\\nfs_used / 40 %"]\nmiss=["/dev/ada0p2 80% /\\nfs_used / 80 %", "/dev/ada0p2"]\n'
    assert codes(tmp_path, quiet + examples) == []


def test_an_empty_section_is_an_example(tmp_path: Path) -> None:
    assert codes(tmp_path, f"[[rule]]\nid='q'\n{DROP}text='\\A\\s*\\z'\nhit=['']\nmiss=['x']\n") == []


def test_unknown_kinds_and_sections_are_told_where_the_known_ones_are_given(tmp_path: Path) -> None:
    known = {"cron": ("output", "script", "exit"), "zabbix": ("problem",)}
    text = drop("['^ok$']", more=EXAMPLES + "\nsection = 'ouput'") + drop("['^ok$']", name="b", more=EXAMPLES + "\nkind = 'zabix'")
    findings = check(book(tmp_path, cron=text), TODAY, known)
    assert [(each.code, each.remedy) for each in findings] == [
        ("unknown-section", "did you mean output?"),
        ("unknown-kind", "did you mean zabbix?"),
    ]
    assert check(book(tmp_path, cron=drop("['^ok$']", more=EXAMPLES + "\nsection = 'o*'")), TODAY, known) == ()


def test_the_exit_code_tells_good_findings_and_broken_apart(tmp_path: Path) -> None:
    assert exit_code(check(book(tmp_path, cron=GOOD), TODAY)) == 0
    assert exit_code(check(book(tmp_path, cron=drop("['^ok$']")), TODAY)) == 1
    assert exit_code(check(book(tmp_path, cron="oops"), TODAY)) == 2
    overridden = drop("['^DEGRADED$']", more="hit = ['DEGRADED']\nmiss = ['x']\noverrides = ['degraded']")
    findings = check(book(tmp_path, cron=overridden), TODAY)
    assert [finding.severity for finding in findings] == [Level.INFO]
    assert exit_code(findings) == 0


def test_findings_are_printed_with_place_and_remedy(tmp_path: Path) -> None:
    findings = check(book(tmp_path, cron=drop("['^ok']", more=EXAMPLES)), TODAY)
    assert as_text(findings) == (
        f"{tmp_path}/cron.toml:8:9: finding: rule cron/quiet: its miss is explained: ok? [example-miss]\n"
        "  mend the pattern or the example\n"
    )
    (entry,) = json.loads(as_json(findings))
    assert (entry["path"], entry["line"], entry["column"]) == (f"{tmp_path}/cron.toml", 8, 9)
    assert (entry["severity"], entry["code"], entry["rule"]) == ("finding", "example-miss", "cron/quiet")


def test_each_of_several_kinds_and_sections_must_be_one_there_is(tmp_path: Path) -> None:
    sections = {"cron": ("output", "exit"), "zabbix": ("problem",)}
    text = drop("['^ok$']", more=EXAMPLES + "\nkind = 'cron|zabix'\nsection = 'output|outptu|problem'")
    found = [(finding.code, finding.remedy) for finding in check(book(tmp_path, cron=text), TODAY, sections)]
    assert found == [("unknown-kind", "did you mean zabbix?"), ("unknown-section", "did you mean output?")]
