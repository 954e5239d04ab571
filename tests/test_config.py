"""The configuration: what an admin may write, and how each mistake is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mailtriage import config
from mailtriage.config import Config
from mailtriage.errors import ConfigError
from mailtriage.service.reference import pages
from mailtriage.service.setup import config_text, init_files, reference

ROOT = Path(__file__).resolve().parents[1]


def _load(folder: Path, text: str | bytes) -> Config:
    path = folder / "mailtriage.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return config.load(path)


def _told(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigError) as error:
        _load(folder, text)
    assert error.value.exit_code == 2
    return str(error.value).replace(f"{folder}/mailtriage.toml", "FILE")


WRONG = {
    "an unknown key": ("[receive]\nprot = 1\n", "FILE:2:1: unknown key 'prot' in [receive]; did you mean 'port'?"),
    "an unknown table": ("[recieve]\n", "FILE:1:2: unknown table [recieve]; did you mean 'receive'?"),
    "a key like none": ("[http]\nzzzz = 1\n", "FILE:2:1: unknown key 'zzzz' in [http]; known are host, port"),
    "a key of another table": ("[digest]\nat = '06:30'\n[http]\nat = 1\n", "FILE:4:1: unknown key 'at' in [http]"),
    "a key in an inline table": ("\nhttp = { prot = 1 }\n", "FILE:2:1: unknown key 'prot' in [http]"),
    "a dotted key": ("http.prot = 1\n", "FILE:1:1: unknown key 'prot' in [http]"),
    "a quoted key": ('[http]\n  "prot" = 1\n', "FILE:2:4: unknown key 'prot' in [http]"),
    "a key outside all tables": ("port = 25\n", "FILE:1:1: unknown table [port]"),
    "text for a number": ('[receive]\nport = "25"\n', "FILE:2:1: [receive] port takes a whole number, not '25'"),
    "true for a number": ("[receive]\nport = true\n", "[receive] port takes a whole number, not True"),
    "a fraction for a number": ("[receive]\nport = 25.5\n", "[receive] port takes a whole number, not 25.5"),
    "text for a share": ('[audit]\nlimit = "1 %"\n', "FILE:2:1: [audit] limit takes a number, not '1 %'"),
    "a share beyond all": ("[audit]\nlimit = 1.5\n", "FILE:2:1: [audit] limit must lie between 0 and 1"),
    "a number for text": ("[digest]\nat = 6\n", "FILE:2:1: [digest] at takes a text in quotes, not 6"),
    "text for a list": ('[digest]\nto = "jane@example.org"\n', "[digest] to takes a list of texts, not 'jane@example.org'"),
    "numbers in a list": ("[receive]\nnetworks = [1]\n", "[receive] networks takes a list of texts, not [1]"),
    "an empty path": ('[store]\npath = ""\n', "[store] path takes a path in quotes, not ''"),
    "a NUL in a path": ('[store]\npath = "a\\u0000b"\n', "[store] path holds a character that cannot be printed"),
    "a line end in an address": ('[relay]\nsender = "a\\nb"\n', "[relay] sender holds a character that cannot be printed"),
    "a table that is none": ("receive = 3\n", "FILE:1:1: receive is a table: write [receive]"),
    "a port too high": ("[receive]\nport = 70000\n", "FILE:2:1: [receive] port must lie between 0 and 65535"),
    "a relay port of zero": ("[relay]\nport = 0\n", "[relay] port must lie between 1 and 65535"),
    "a size of nothing": ("[receive]\nmax_size = 0\n", "[receive] max_size must lie between 1024 and"),
    "a size no database takes": ("[receive]\nmax_size = 99999999999999999999\n", "[receive] max_size must lie between 1024 and"),
    "a storm of nothing": ("[storm]\nper_host = 0\n", "FILE:2:1: [storm] per_host must lie between 1 and 100000"),
    "ages to come": ("[store]\nkeep_raised_days = 999999999999\n", "[store] keep_raised_days must lie between 1 and 36500"),
    "a time of day": ('[digest]\nat = "24:00"\n', "FILE:2:1: at is a time of day such as \"06:30\", not '24:00'"),
    "a time zone": ('[digest]\nzone = "Europe/Berlni"\n', "FILE:2:1: 'Europe/Berlni' is not a time zone"),
    "a time zone outside": ('[digest]\nzone = "../../etc/passwd"\n', "is not a time zone"),
    "a network": ('[receive]\nnetworks = ["10.0.0.0/33"]\n', "FILE:2:1: networks: '10.0.0.0/33' does not appear to be"),
    "a network with host bits": ('[receive]\nnetworks = ["10.0.0.1/8"]\n', "10.0.0.1/8 has host bits set"),
    "no network at all": ("[receive]\nnetworks = []\n", "FILE:2:1: networks is empty: nobody could hand in mail"),
    "a host no resolver takes": ('[relay]\nhost = "a..b"\n', "[relay] host 'a..b' is neither an address nor a host name"),
    "a host with a blank": ('[http]\nhost = "a b"\n', "[http] host 'a b' is neither an address nor a host name"),
    "readers without a relay": ('[digest]\nto = ["jane@example.org"]\n', "FILE:2:1: the digest has readers but [relay] host is empty"),
    "one sink": ('[sink]\ntype = "file"\n', "FILE:1:2: sinks are a list of tables: write [[sink]]"),
    "sinks that are no tables": ("sink = [1, 2]\n", "FILE:1:1: sinks are a list of tables: write [[sink]]"),
    "a sink without a type": ('[[sink]]\ntype = "file"\n[[sink]]\nname = "x"\n', "FILE:3:3: a [[sink]] needs type"),
    "a severity": ('[[sink]]\ntype = "file"\nmin_severity = "loud"\n', "FILE:3:1: min_severity is one of info, warning"),
    "two sinks of one name": (
        '[[sink]]\ntype = "file"\n[[sink]]\nname = "file"\ntype = "webhook"\n',
        "FILE:4:1: the name 'file' is taken by",
    ),
    "a sink called relay": ('[[sink]]\ntype = "file"\nname = "relay"\n', "FILE:3:1: the name 'relay' is taken by the relay"),
    "a control in a sink": ('[[sink]]\ntype = "file"\npath = "a\\u0000"\n', "FILE:3:1: path holds a character that cannot be printed"),
    "no TOML": ("[receive\n", "FILE:1:9: this is not TOML: Expected ']'"),
    "a list without end": ("[receive]\nnetworks = [\n", "FILE:2: this is not TOML"),
    "a key twice": ("[receive]\nport = 1\nport = 2\n", "FILE:3:9: this is not TOML: Cannot overwrite a value"),
    "no UTF-8": (b"[receive]\nport = 1 # gr\xfc\xdfe\n", "FILE:2: this is not UTF-8 text"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_told_with_its_place(text: str | bytes, message: str, tmp_path: Path) -> None:
    assert message in _told(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = _told(tmp_path, '[receive]\nport = "x"\nsize = 1\n[digest]\nat = "noon"\n[[sink]]\n')
    assert told.count("FILE:") == 4


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "Is a directory"), (tmp_path / "none.toml", "no such configuration file"), (Path("a\0b"), "null")):
        with pytest.raises(ConfigError, match=why):
            config.load(path)


def test_an_empty_file_is_a_configuration_of_defaults(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "")
    assert dataclasses.replace(loaded, path=None, store=Config().store, rules=Config().rules) == Config()
    assert loaded.rules.local == tmp_path / "rules.d"
    assert loaded.store.path == Path("/var/db/mailtriage")


def test_paths_start_at_the_file_and_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    loaded = _load(tmp_path, b'\xef\xbb\xbf[store]\npath = "mails"\n[rules]\nlocal = "/etc/rules"\n')
    assert (loaded.store.path, loaded.rules.local, loaded.folder) == (tmp_path / "mails", Path("/etc/rules"), tmp_path)


def test_a_sink_keeps_its_own_keys(tmp_path: Path) -> None:
    loaded = _load(tmp_path, '[[sink]]\ntype = "webhook"\nname = "desk"\nmin_severity = "high"\nurl = "http://127.0.0.1/"\n')
    (sink,) = loaded.sinks
    assert (sink.name, sink.type, sink.min_severity, dict(sink.options)) == ("desk", "webhook", "high", {"url": "http://127.0.0.1/"})


def test_the_file_is_looked_for_where_it_is_promised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(config.ENVIRONMENT, raising=False)
    monkeypatch.setattr(config, "PLACES", (Path("mailtriage.toml"), tmp_path / "etc.toml"))
    assert config.find() is None
    (tmp_path / "etc.toml").touch()
    assert config.find() == tmp_path / "etc.toml"
    Path("mailtriage.toml").touch()
    assert config.find() == Path("mailtriage.toml")
    monkeypatch.setenv(config.ENVIRONMENT, "/somewhere.toml")
    assert config.find() == Path("/somewhere.toml")
    assert config.find(Path("named.toml")) == Path("named.toml")


def test_the_commented_file_says_the_defaults(tmp_path: Path) -> None:
    written = config_text()
    uncommented = "\n".join(
        line[2:] if line.startswith("# ") and " = " in line and "[" not in line[:3] else line for line in written.splitlines()
    )
    settings, _, _ = uncommented.partition("# Where events go")
    loaded = _load(tmp_path, settings)
    assert dataclasses.replace(loaded, path=None, rules=Config().rules) == Config()


def test_what_init_writes_can_be_used_as_it_is(tmp_path: Path) -> None:
    for path, text in init_files(tmp_path):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    loaded = config.load(tmp_path / "mailtriage.toml")
    assert loaded.store.path == tmp_path / "store"
    assert loaded.rules.local.is_dir()


def test_the_reference_describes_every_key() -> None:
    for name, shape in config.TABLES.items():
        assert f"\n## [{name}]\n" in reference()
        for key in dataclasses.fields(shape):
            assert f"\n| `{key.name}` | " in reference()
            assert key.metadata["help"] in reference()


@pytest.mark.parametrize("page", pages())
def test_the_written_reference_is_that_of_the_program(page: str) -> None:
    written = ROOT / "docs" / page
    assert written.is_file(), "`make docs` writes it"
    assert written.read_text(encoding="utf-8") == pages()[page]
