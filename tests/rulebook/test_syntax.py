"""Broken rules: each mistake with its own message, its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtriage.rulebook import Rulebook, check
from mailtriage.rulebook.source import read_text
from tests.rulebook.support import DROP, TODAY, book, drop

EVENT = "[[rule]]\nid = 'x'\naction = 'event'\n"


def told(tmp_path: Path, text: str) -> list[str]:
    """`line:column message / remedy` of every problem of a file."""
    problems = book(tmp_path, cron=text).problems
    return [f"{each.place.line}:{each.place.column} {each.message} / {each.remedy}" for each in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EVENT + "lines = ['(?=a)']\n", "4:11 RE2 has no look-ahead or look-behind: (?= in '(?=a)' / write what the line must look like"),
        (EVENT + "lines = [\n  'fine',  # a comment\n  'ab(?<!c)',\n]\n", "6:6 RE2 has no look-ahead or look-behind: (?<!"),
        (EVENT + "lines = ['(a)\\1']\n", "4:14 RE2 has no backreferences"),
        (EVENT + "lines = ['(?P<a>x)(?P=a)']\n", "4:19 RE2 has no backreferences"),
        (EVENT + "lines = ['a\\Z']\n", r"4:12 RE2 has no \Z: \Z in 'a\\Z' / write \z"),
        (EVENT + "lines = ['a++']\n", "4:12 RE2 has no atomic groups or possessive"),
        (EVENT + "lines = ['(?x) a']\n", "4:11 RE2 knows only the flags i, m, s and U"),
        (EVENT + "lines = ['(a']\n", "4:11 RE2 refuses the pattern: missing ): (a"),
        (EVENT + "text = 'a{1,2000}'\n", "4:10 RE2 refuses the pattern: invalid repetition size"),
        (EVENT + "lines = ['(?:a{1,900}b){1,900}']\n", "RE2 refuses the pattern: invalid repetition size"),
        (EVENT + "lines = ['(?:(?:.{1,30}x){1,30})']\n", "4:10 the pattern compiles to"),
        (EVENT + "lines = ['ok', 'x*']\n", "4:16 'x*' matches the empty text"),
        (EVENT + "text = '.*'\n", "4:8 '.*' matches the empty text"),
        (EVENT + "lines = 'x'\n", "4:1 lines must be a list of texts, not 'x' / write lines = ['...']"),
        (EVENT + "lines = []\n", "4:1 lines must be a list of texts, not []"),
        (EVENT + "lines = ['x', 3]\n", "4:1 lines must be a list of texts"),
        (EVENT + "line = ['x']\n", "4:1 unknown key line / did you mean lines?"),
        (EVENT, "1:1 the rule matches nothing"),
        (EVENT + "lines = ['x']\nseverity = 'hgih'\n", "5:1 unknown severity 'hgih' / did you mean high?"),
        (EVENT + "lines = ['x']\nrecovery = 'oneshot'\n", "5:1 unknown recovery 'oneshot' / did you mean one-shot?"),
        (EVENT + "lines = ['x']\nseverity = 3\n", "5:1 unknown severity 3 / write one of info, warning, high, critical"),
        (EVENT + "lines = ['x']\nstatus = 'off'\n", "5:1 unknown status 'off' / write one of active, test"),
        (EVENT + "floor = ['degrded']\n", "4:10 the floor has no entry degrded / did you mean degraded?"),
        (EVENT + "lines = ['x']\ngiven = 3\n", "5:1 given must be a table, not 3 / write given = { name"),
        (EVENT + "lines = ['x']\ngiven = { name = 'blocker' }\n", "5:1 given needs a limit / add above or below"),
        (
            EVENT + "lines = ['x']\ngiven = { name = 'blocker', rise = 1 }\n",
            "5:29 unknown key rise in given / given takes name, above, below",
        ),
        ("[[rule]]\nid = 'x'\n" + DROP + "floor = ['*']\n", "6:1 a drop rule cannot ask for the floor"),
        ("kinds = 'cron'\n" + EVENT + "lines = ['x']\n", "1:1 unknown table or key kinds outside a rule / did you mean kind?"),
        ("kind = 3\n" + EVENT + "lines = ['x']\n", "1:1 unknown table or key kind outside a rule"),
        (EVENT + "lines = ['x']\nreason = 7\n", "5:1 reason must be a text, not 7"),
        (EVENT + "lines = ['x']\nsection = ''\n", "5:1 section must be a text, not ''"),
        (EVENT + "lines = ['x']\nuntil = '2027-01-01'\n", "5:1 until must be a date, not '2027-01-01' / write until = 2027-11-22"),
        (EVENT + "lines = ['x']\nuntil = 2027-01-01T00:00:00Z\n", "5:1 until must be a date"),
        (EVENT + "lines = ['x']\nitem = '{disk}'\n", "5:1 item uses {disk}, which no pattern has / name a group"),
        (EVENT + "lines = ['(?P<disk>x)']\nitem = '{disc}'\n", "did you mean disk?"),
        (EVENT + "lines = ['x']\nsummary = '{line.__class__}'\n", "5:1 summary: {line.__class__} is not a plain name"),
        (EVENT + "lines = ['x']\nsummary = '{line'\n", "5:1 summary: "),
        (EVENT + "lines = ['x']\nsummary = '{subject}'\n", "which no pattern has"),
        (EVENT + "measure = 'fs_used'\n", "4:1 measure must be a table"),
        (EVENT + "measure = { above = 9 }\n", "4:1 measure needs a name"),
        (EVENT + "measure = { name = 'fs_used' }\n", "4:1 measure needs a limit"),
        (EVENT + "measure = { name = 'fs_used', abov = 9 }\n", "4:31 unknown key abov in measure / did you mean above?"),
        (EVENT + "measure = { name = 'fs_used', above = '9' }\n", "4:31 above must be a number, not '9'"),
        (EVENT + "measure = { name = 'fs_used', above = nan }\n", "4:31 above must be a number, not nan"),
        (EVENT + "[rule.measure]\nnmae = 'fs_used'\nabove = 9\n", "unknown key nmae in measure / did you mean name?"),
        ("[[rule]]\nid = 'x'\naction = 'dorp'\nlines = ['x']\n", "3:1 unknown action 'dorp' / did you mean drop?"),
        ("[[rule]]\nid = 'x'\nlines = ['x']\n", "1:1 a rule needs an action"),
        ("[[rule]]\naction = 'event'\nlines = ['x']\n", "1:1 a rule needs an id"),
        ("[[rule]]\nid = 'a b'\naction = 'event'\nlines = ['x']\n", "2:1 'a b' is not an id"),
        ("[[rule]]\nid = 'x'\naction = 'drop'\nreview = 2027-11-22\nlines = ['x']\n", "1:1 a drop rule must say why"),
        ("[[rule]]\nid = 'x'\naction = 'drop'\nreason = 'x'\nlines = ['x']\n", "1:1 a drop rule must say when to look at it again"),
        (f"[[rule]]\nid = 'x'\n{DROP}measure = {{ name = 'a', above = 1 }}\n", "6:1 a drop rule explains lines"),
        (drop("['x']", more="overrides = ['degraded', 'faultd']"), "7:26 the floor has no entry faultd / did you mean faulted?"),
        (drop("['x']") + drop("['y']"), "9:6 the id cron/quiet is taken by the rule at"),
        ("[[rules]]\nid = 'x'\n", "1:1 unknown table or key rules outside a rule / did you mean [[rule]]?"),
        ("[rule]\nid = 'x'\n", "1:1 a rule must be one of a list of tables / begin each rule with a line [[rule]]"),
        ("rule = [1]\n", "a rule must be a table, not 1"),
        ("version = 1\n", "1:1 unknown table or key version outside a rule / only [[rule]] tables"),
        ("[[rule]]\nid = 'x\n", "3:1 the file is not TOML: Expected"),
        (
            '[[rule]]\nlines = ["\\d"]\n',
            "the file is not TOML: Unescaped '\\' in a string / mend the line; patterns are best written in single",
        ),
        ("[[rule]]\nid = [", "2:7 the file is not TOML: Invalid value"),
        ("[[rule]]\nid = 1\nid = 2\n", "3:7 the file is not TOML: Cannot overwrite a value"),
        ("x = " + "[" * 5000, "1:1 the file is nested too deep / "),
        ("x = " + "9" * 5000, "1:1 the file is not TOML: Exceeds the limit"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in line for line in told(tmp_path, text)), told(tmp_path, text)


def test_all_mistakes_of_a_rule_are_told_at_once(tmp_path: Path) -> None:
    lines = told(tmp_path, "[[rule]]\nacton = 'drop'\nlines = ['(', ')']\n")
    assert len(lines) == 5, lines


def test_a_file_that_is_not_utf_8_is_told_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "cron.toml").write_bytes(b"# caf\xe9\n")
    (problem,) = book(tmp_path).problems
    assert str(problem) == f"{tmp_path}/cron.toml:1:6: the byte 0xe9 is not UTF-8"


def test_a_folder_and_a_dead_link_named_like_a_rule_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "cron.toml").mkdir()
    (tmp_path / "smartd.toml").symlink_to(tmp_path / "gone")
    assert [(each.code, each.kind) for each in book(tmp_path).problems] == [("unreadable", "cron"), ("unreadable", "smartd")]


def test_a_byte_order_mark_and_dos_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "cron.toml").write_bytes(b"\xef\xbb\xbf" + drop("['^ok$']").replace("\n", "\r\n").encode())
    assert not book(tmp_path).problems


def test_places_are_right_behind_strings_that_look_like_rules(tmp_path: Path) -> None:
    text = (
        "[[rule]]\nid = 'a'\nreason = '''\n[[rule]]\nid = \"b\" # ['''\n"
        + 'owner = """x = [\n"""\n'
        + "lines = [ # [\n '=',\n ]\nbogus = 1\n"
    )
    assert any(line.startswith("11:1 unknown key bogus") for line in told(tmp_path, text))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(st.sampled_from([*"[]{}='\"\\\n#.,(?*", "rule", "id", "lines", "'''", '"""', "(?P<", "2027-11-22", "drop", "action"])).map(
            lambda parts: "".join(parts).encode()
        ),
        st.tuples(
            st.sampled_from(["id", "lines", "measure", "item", "text", "until", "overrides", "hit", "kind"]), st.text(max_size=40)
        ).map(lambda pair: f"{EVENT.replace('id', 'owner')}lines = ['ok']\n{pair[0]} = {pair[1]}\n".encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_as_a_rule_file_give_rules_or_problems(raw: bytes) -> None:
    rules = []
    problems = []
    for rule, wrong in read_text(raw, "cron.toml", "cron"):
        problems += wrong
        rules += [rule] if rule else []
    check(Rulebook(rules, problems=problems, today=TODAY), TODAY)
    assert all(problem.message and problem.remedy for problem in problems)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_as_a_pattern_is_taken_or_refused_with_a_remedy(pattern: str) -> None:
    quoted = "".join(f"\\U{ord(character):08X}" for character in pattern if not 0xD800 <= ord(character) < 0xE000)
    for rule, wrong in read_text(f'{EVENT}lines = ["{quoted}"]\n'.encode(), "cron.toml", "cron"):
        assert rule is not None or all(problem.remedy for problem in wrong)
