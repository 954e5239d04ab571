"""cadence.toml: what it may say, and what is said of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.config import Config
from mailtriage.correlate.overrides import override_for, parse_overrides
from mailtriage.errors import ConfigError
from mailtriage.service.silence import Overrides, kept_overrides, load_overrides


def test_the_last_table_that_covers_a_report_speaks_of_it() -> None:
    tables = parse_overrides(
        b'[[cadence]]\nhost = "WEB*"\nperiod = "weekly"\n[[cadence]]\nkind = "cron"\njob = "*backup"\nlate_after = "30h"\n'
        b'[[cadence]]\nhost = "web02"\nnever = true\n',
        "cadence.toml",
    )
    said = {
        report: one and one.late_after_s
        for report in [("web01", "cron", "root: backup"), ("web01", "logwatch", ""), ("web02", "logwatch", ""), ("db01", "logwatch", "")]
        for one in [override_for(tables, *report)]
    }
    assert list(said.values()) == [30 * 3600, 8 * 86400, 0, None]


MISTAKES = {
    'host = "a"\n': "cadence.toml:1: unknown table or key 'host'",
    '[cadence]\nhost = "a"\n': "cadence.toml:1: overrides are a list of tables: write [[cadence]], two brackets",
    '\n[[cadence]]\nhost = "a"\nnever = true\n[[cadence]]\nhost = "b"\nlateafter = "3h"\n': "cadence.toml:7: unknown key 'lateafter'",
    '[[cadence]]\nhost = "a"\nlate_after = "soon"\n': "cadence.toml:3: late_after is a time of up to 400 days",
    '[[cadence]]\nhost = "a"\nlate_after = "999999w"\n': "cadence.toml:3: late_after is a time of up to 400 days",
    '[[cadence]]\nhost = "a"\nperiod = "yearly"\n': "cadence.toml:3: period is one of hourly, daily, weekly, monthly",
    '[[cadence]]\nhost = "a"\nnever = "yes"\n': "cadence.toml:3: never takes true or false",
    "[[cadence]]\nhost = 7\nnever = true\n": "cadence.toml:2: host takes a text in quotes",
    '[[cadence]]\nhost = "a"\n': "cadence.toml:1: nothing is said: give period, late_after or never = true",
    "[[cadence]]\nnever = true\n": "cadence.toml:1: neither host nor kind: it would speak of everything",
    "[[cadence]\n": "cadence.toml:1:10: this is not TOML",
    "# \udcff\n": "cadence.toml:1: this is not UTF-8 text",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_to_do(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_overrides(text.encode("utf-8", "surrogateescape"), "cadence.toml")
    assert MISTAKES[text] in str(error.value)
    assert "\n  " in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        parse_overrides(b'[[cadence]]\nhost = "a"\nlate_after = "x"\n[[cadence]]\nkind = "b"\nnever = 1\n', "cadence.toml")
    assert str(error.value).count("cadence.toml:") == 2


def test_a_file_that_cannot_be_used_keeps_the_old_one_and_says_so(tmp_path: Path) -> None:
    config = Config(path=tmp_path / "mailtriage.toml")
    assert load_overrides(config) == Overrides()
    file = tmp_path / "cadence.toml"
    file.write_text('[[cadence]]\nhost = "a"\nnever = true\n')
    good = load_overrides(config)
    assert len(good.tables) == 1
    file.write_text("[[cadence]]\n")
    kept, note = kept_overrides(config, good)
    assert kept == good
    assert f"{file}:1: neither host nor kind" in note
    file.unlink()
    file.mkdir()
    kept, note = kept_overrides(config, good)
    assert kept == good
    assert "cannot be read" in note
