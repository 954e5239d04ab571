"""How FreeBSD's periodic mails are cut, also where strangers write into them."""

from __future__ import annotations

import pytest

from tests.recognise.support import names, periodic, report, section

SECURITY = """Checking setuid files and devices:

Checking for uids of 0:
root 0
toor 0

web07.example.org login failures:
{failures}

web07.example.org refused connections:

Checking for packages with security vulnerabilities:
Database fetched: 2026-11-22T12:19+00:00
curl-8.4.0"""


def test_a_whole_security_mail_is_cut_at_its_headings() -> None:
    found = periodic(SECURITY.format(failures="Nov 21 03:00:01 web07 sshd[1]: Invalid user x from 192.0.2.1"), part="security")
    assert names(found) == ["setuid", "uid0", "login_failures", "refused_connections", "pkg_audit"]
    assert found.is_complete
    assert section(found, "uid0").lines == ("root 0", "toor 0")
    assert section(found, "refused_connections").lines == ()


@pytest.mark.parametrize(
    "planted",
    [
        "-- End of security output --",
        "Checking for uids of 0:\nroot 0",
        "\nChecking for uids of 0:\nroot 0",
        "\nChecking setuid files and devices:\n",
        "\nevil.example.net refused connections:\n",
        "\nweb07.example.org setuid diffs:\n",
        " all pools are healthy",
        "\nDisk status:\n",
        "\nweb07.example.org kernel log messages:\n+harmless",
    ],
)
def test_text_of_strangers_neither_begins_a_section_nor_ends_the_report(planted: str) -> None:
    lines = f"Nov 21 03:00:01 web07 sshd[1]: Invalid user x\n{planted}\nNov 21 03:00:02 web07 sshd[1]: Invalid user y"
    found = periodic(SECURITY.format(failures=lines), part="security")
    assert names(found) == ["setuid", "uid0", "login_failures", "refused_connections", "pkg_audit"]
    failures = section(found, "login_failures")
    for line in planted.strip("\n").split("\n"):
        assert line in failures.lines
    assert failures.lines[-1].endswith("Invalid user y")


def test_an_end_line_in_the_log_does_not_complete_a_cut_off_report() -> None:
    cut = SECURITY.partition("{failures}")[0] + "Nov 21 x\n-- End of security output --\nNov 21 03:00:01 web07 sshd[1]: Inv"
    assert not periodic(cut, part="security", has_end=False).is_complete


def test_a_heading_planted_in_a_file_name_is_seen_as_twice_there() -> None:
    planted = "web07.example.org setuid diffs:\n+ 7 -rwsr-xr-x 1 x x 1 /tmp/a\n\nChecking for uids of 0:\nroot 0"
    found = periodic(f"{planted}\n\nChecking for uids of 0:\nroot 0\nevil 0", part="security")
    assert "twice" in found.note
    assert [one.lines for one in found.sections if one.name == "uid0"] == [("root 0",), ("root 0", "evil 0")]


def test_a_foreign_line_stays_in_the_section_before_it() -> None:
    found = periodic(
        "Disk status:\n\nfetch: https://example.org/leap: Not Found\n\nLocal system status:\n 3:01AM  up 4 mins, load averages: 0, 0, 0"
    )
    assert names(found) == ["disk_status", "system_status"]
    assert section(found, "disk_status").lines == ("fetch: https://example.org/leap: Not Found",)


def test_empty_lines_within_a_section_stay_in_it() -> None:
    body = "Checking status of zfs pools:\nNAME  SIZE\ntank  1T\n\nall pools are healthy\n\nNetwork interface status:\nx"
    assert section(periodic(body), "zfs_pools").lines == ("NAME  SIZE", "tank  1T", "", "all pools are healthy")


def test_diffs_begin_within_the_script_that_prints_them() -> None:
    body = (
        "Backup passwd and group files:\nweb07.example.org passwd diffs:\n> x:(password):0:0:\n"
        "web07.example.org group diffs:\n> wheel\n\nVerifying group file syntax:\n/etc/group is fine"
    )
    found = periodic(body)
    assert names(found) == ["backup_passwd", "passwd_diff", "group_diff", "group_syntax"]
    assert section(found, "passwd_diff").lines == ("> x:(password):0:0:",)


def test_inline_security_is_cut_too() -> None:
    body = (
        "Local system status:\nx\n\nSecurity check:\nChecking setuid files and devices:\n\nChecking for uids of 0:\nroot 0\n\n"
        "web07.example.org login failures:\nNov 21 x\n\n-- End of security output --\n\n"
        "Checking for rejected mail hosts:\n\nBacking up pkg database:"
    )
    found = periodic(body)
    assert names(found) == ["system_status", "setuid", "uid0", "login_failures", "mail_rejects", "backup_pkg"]
    assert section(found, "login_failures").lines == ("Nov 21 x",)


def test_an_empty_security_check_that_nothing_follows_is_shown() -> None:
    assert names(periodic("Security check:\n\nChecking for rejected mail hosts:")) == ["security_check", "mail_rejects"]


def test_security_headings_mean_nothing_in_other_places_of_a_daily_mail() -> None:
    found = periodic("Removing old temporary files:\n  /tmp/x\n\nChecking for uids of 0:\nroot 0\n\nDisk status:\nx")
    assert names(found) == ["clean_tmps", "disk_status"]


def test_a_copy_without_empty_lines_is_cut_at_line_starts() -> None:
    body = "Removing stale files from /var/preserve:\nDisk status:\nx\nLocal system status:\ny\n-- End of daily output --"
    found = report(body, subject="web07.example.org daily run output")
    assert names(found) == ["clean_preserve", "disk_status", "system_status"]
    assert found.is_complete


def test_deprecated_variables_are_a_section_of_their_own() -> None:
    warning = "Warning: Variable $daily_status_security_chksetuid_enable is deprecated, use $security_status_chksetuid_enable instead."
    found = periodic(f"{warning}\n\nChecking setuid files and devices:\n\nChecking for uids of 0:\nroot 0", part="security")
    assert names(found) == ["setuid", "uid0", "deprecated"]
    assert section(found, "deprecated").lines == (warning,)


def test_a_run_that_never_ended_is_told() -> None:
    found = report("web07.example.org daily prior run still in progress\n", subject="web07.example.org daily run output")
    assert (names(found), found.is_complete) == (["prior_run"], False)


def test_no_output_is_a_complete_report() -> None:
    found = report("No output from the 41 files processed\n", subject="web07.example.org daily run output")
    assert (names(found), found.is_complete) == (["preamble"], True)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("web07.example.org daily run output", "freebsd_daily"),
        ("web07.example.org security run output", "freebsd_security"),
        ("web07.example.org weekly security run output", "freebsd_security"),
        ("web07.example.org daily daily run output", "unknown"),
        ("daily run output", "unknown"),
    ],
)
def test_the_subject_says_which_report_it_is(subject: str, kind: str) -> None:
    headings = {"freebsd_daily": "Disk status:", "freebsd_security": "Checking for uids of 0:"}
    assert report(f"\n{headings.get(kind, 'Disk status:')}\nx\n", subject=subject).kind == kind


def test_one_mark_alone_is_not_enough() -> None:
    assert report("the disk is broken\n", subject="web07.example.org daily run output").kind == "unknown"
    assert report("Disk status:\nx\n\n-- End of daily output --\n", subject="how is it?").kind == "unknown"


def test_a_bare_body_is_known_by_heading_and_end_line() -> None:
    found = report("\nChecking for uids of 0:\nroot 0\n\nweb07.example.org login failures:\n\n-- End of security output --\n")
    assert (found.kind, found.host, found.is_complete) == ("freebsd_security", "web07.example.org", True)


def test_the_long_host_name_is_kept_in_lower_case() -> None:
    assert periodic("Disk status:\nx", host="WEB07").host == "web07.example.org"
    assert periodic("Disk status:\nx", host="Other.Example.org").host == "other.example.org"
    assert periodic("Disk status:\nx", host="a" * 4000).host == "web07.example.org"


def test_a_sick_pool_is_the_item() -> None:
    body = "Checking status of zfs pools:\n  pool: tank\n state: DEGRADED\n\n  pool: {}\n state: ONLINE"
    assert section(periodic(body.format("tank")), "zfs_pools").item == "tank"
    assert section(periodic(body.format("other")), "zfs_pools").item == ""


def test_escapes_of_a_terminal_stay_in_the_lines() -> None:
    assert section(periodic("Disk status:\n\x1b[2Jx"), "disk_status").lines == ("\x1b[2Jx",)
