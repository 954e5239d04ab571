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


def test_blanks_that_a_copy_put_at_the_ends_of_lines_are_cut_off() -> None:
    found = periodic("Verifying group file syntax:  \n/etc/group is fine  \n  \nBacking up mail aliases:  ")
    assert names(found) == ["group_syntax", "backup_aliases"]
    assert section(found, "group_syntax").lines == ("/etc/group is fine",)


def test_an_empty_line_after_each_line_of_a_copy_is_left_out() -> None:
    body = "Checking status of zfs pools:\n  pool: tank\n state: DEGRADED\nconfig:\n\n\ttank  DEGRADED  0 0 0\n\n-- End of daily output --"
    found = report("\n\n".join(body.split("\n")))
    assert section(found, "zfs_pools").lines[:2] == ("  pool: tank", " state: DEGRADED")
    assert found.is_complete


def test_text_after_an_empty_line_is_of_a_script_without_a_heading_where_the_section_cannot_have_one() -> None:
    found = periodic(
        "Verifying group file syntax:\n/etc/group is fine\n\nBacking up pkg database:\nno space\n\nrestic: done\n\nSMART status:"
    )
    assert names(found) == ["group_syntax", "backup_pkg", "local", "smart"]
    assert section(found, "backup_pkg").lines == ("no space",)
    assert section(found, "local").lines == ("restic: done",)


def test_an_empty_line_before_the_first_line_of_a_section_does_not_part_them() -> None:
    assert names(periodic("Verifying group file syntax:\n\n/etc/group is fine\n\nBacking up mail aliases:")) == [
        "group_syntax",
        "backup_aliases",
    ]


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


SICK_POOL = """  pool: tank
 state: DEGRADED
status: One or more devices could not be opened.
config:

\tNAME          STATE     READ WRITE CKSUM
\ttank          DEGRADED     0     0     0

errors: No known data errors
"""
DF = "Filesystem     Size    Used   Avail Capacity  Mounted on\n/dev/ada0p2     29G     28G    100M   100%    /\n"
GMIRROR = "      Name    Status  Components\nmirror/gm0  DEGRADED  ada1 (ACTIVE)\n"


@pytest.mark.parametrize(
    ("body", "kind", "sections"),
    [
        (f"Disk status:\n{DF}", "freebsd_daily", ["disk_status"]),
        (f"\n\nChecking status of zfs pools:\n{SICK_POOL}", "freebsd_daily", ["zfs_pools"]),
        (f"What the night said\n\nChecking status of gmirror(8) devices:\n{GMIRROR}", "freebsd_daily", ["preamble", "gmirror"]),
        ("    Mail in local queue:\n    /var/spool/mqueue is empty\n", "freebsd_daily", ["mailq_local"]),
        ("Checking for uids of 0:\nroot 0\nadmin 0\n", "freebsd_security", ["uid0"]),
        ("web07.example.org login failures:\nNov 21 03:00:01 web07 sshd[1]: x\n", "freebsd_security", ["login_failures"]),
        (
            "Rebuilding locate database:\n\nSecurity check:\n    (output mailed separately)\n",
            "freebsd_weekly",
            ["locate", "security_check"],
        ),
        ("Checking for out of date packages:\ncurl-8.4.0  <  needs updating (remote has 8.5.0)\n", "freebsd_weekly", ["pkg_outdated"]),
        ("Doing login accounting:\n\ttotal       142.81\n", "freebsd_monthly", ["login_accounting"]),
        ("Security check:\n    (output mailed separately)\n", "freebsd_daily", ["security_check"]),
        ("Security check:\nChecking for uids of 0:\nroot 0\n\nChecking login.conf permissions:\n", "freebsd_daily", ["uid0", "login_conf"]),
        ("Running /etc/weekly.local:\nhello\n", "freebsd_weekly", ["local"]),
        (f"Code:\nDisk status:\n{DF}\nLocal system status:\nx\n", "freebsd_daily", ["preamble", "disk_status", "system_status"]),
        (
            f"Backing up mail aliases:\nDisk status:\n{DF}\nSecurity check:\nx\n",
            "freebsd_daily",
            ["backup_aliases", "disk_status", "security_check"],
        ),
        (SICK_POOL, "freebsd_daily", ["zfs_pools"]),
        (GMIRROR, "freebsd_daily", ["gmirror"]),
        (DF, "freebsd_daily", ["disk_status"]),
    ],
)
def test_a_bare_fragment_is_of_its_part_and_whole_only_as_one_section_from_within(body: str, kind: str, sections: list[str]) -> None:
    is_from_within = len(sections) == 1 and sections[0] not in ("local", "login_accounting")
    found = report(body)
    assert (found.kind, names(found), found.is_complete) == (kind, sections, is_from_within)


def test_a_mail_that_ends_after_its_first_section_is_cut_off() -> None:
    assert not report("\nDisk status:\n" + DF, subject="web07.example.org daily run output").is_complete


@pytest.mark.parametrize(
    "body",
    [
        "Disk status:\nI think it is full, can you look?\n",
        f"Hi, this is what I got\n\nDisk status:\n{DF}",
        "Somebody asked for it.\n\nDisk status:\nall is well\n",
        "The disk is full.\nDisk status: bad\n",
        "pool: summer 2026\nstate: open\n",
        "Running /home/anna/backup.sh:\ndone\n",
    ],
)
def test_one_mark_of_a_fragment_is_not_enough(body: str) -> None:
    assert report(body).kind in ("unknown", "human")


def test_a_fragment_with_headers_of_another_mail_is_none() -> None:
    assert report(f"Disk status:\n{DF}", subject="what does this mean?").kind == "unknown"


def test_a_report_that_begins_with_what_a_script_printed_is_known_by_its_headings() -> None:
    body = f"find: /home/x: Permission denied\n\nDisk status:\n{DF}"
    found = report(body, subject="web07.example.org daily run output")
    assert (found.kind, names(found), found.is_complete) == ("freebsd_daily", ["preamble", "disk_status"], False)


@pytest.mark.parametrize("subject", ["[EXTERN] web07.example.org daily run output", "***SPAM*** web07.example.org daily run output"])
def test_a_tag_before_the_subject_does_not_hide_the_report(subject: str) -> None:
    found = report(f"Disk status:\n{DF}\n-- End of daily output --\n", subject=subject)
    assert (found.kind, found.host, found.is_complete) == ("freebsd_daily", "web07.example.org", True)


def test_a_run_of_scripts_elsewhere_is_a_kind_of_its_own() -> None:
    body = "\nsaved 3 databases\n\nChecking status of zfs pools:\nall pools are healthy\n\n-- End of /usr/local/etc/nightly output --\n"
    found = report(body, subject="web07.example.org nightly run output")
    assert (found.kind, names(found), found.is_complete) == ("freebsd_custom", ["preamble", "zfs_pools"], True)
    assert report("saved 3 databases\n", subject="web07.example.org nightly run output").kind == "unknown"
    assert report("saved\n\n-- End of /etc/other output --\n", subject="web07.example.org nightly run output").kind == "unknown"


def test_a_run_of_a_path_that_ends_like_a_part_is_that_part() -> None:
    found = report("\nDisk status:\nx\n\n-- End of /usr/local/etc/daily output --\n", subject="web07.example.org daily run output")
    assert (found.kind, found.is_complete) == ("freebsd_daily", True)


def test_the_line_of_a_run_that_never_ended_names_the_host() -> None:
    found = report("web07.example.org weekly prior run still in progress\n")
    assert (found.kind, found.host, names(found)) == ("freebsd_weekly", "web07.example.org", ["prior_run"])


FETCHED = "Looking up update.FreeBSD.org mirrors... 2 mirrors found.\nFetching metadata signature for 14.2-RELEASE from x... done.\n"


@pytest.mark.parametrize("release", ["to 14.2-RELEASE-p3:", "to\n14.2-RELEASE-p3:"])
def test_freebsd_update_lists_what_waits(release: str) -> None:
    body = f"{FETCHED}\nThe following files will be updated as part of updating {release}\n/bin/sh\n/bin/freebsd-version\n"
    found = report(body, subject="WEB07 security updates")
    assert (found.kind, found.host, names(found), found.is_complete) == (
        "freebsd_update",
        "web07.example.org",
        ["fetch", "updates"],
        True,
    )
    assert [(measure.name, measure.value) for measure in section(found, "updates").measures] == [("updates_pending", 2)]
    assert report(body).kind == "freebsd_update"


def test_freebsd_update_is_known_by_two_marks() -> None:
    assert report("Looking up update.FreeBSD.org mirrors... 2 mirrors found.\n").kind == "unknown"
    assert report(FETCHED, subject="how do I install these?").kind == "unknown"
    assert report("please install them\n", subject="web07.example.org security updates").kind == "unknown"


def test_a_fetch_that_stops_half_way_is_incomplete() -> None:
    assert not report(FETCHED, subject="web07.example.org security updates").is_complete
    assert report(f"{FETCHED}No mirrors remaining, giving up.\n", subject="web07.example.org security updates").is_complete
    refused = f"{FETCHED}The update metadata index is correctly signed, but\nfailed an integrity check.\nCowardly refusing to proceed.\n"
    assert report(refused, subject="web07.example.org security updates").is_complete


def test_a_masked_host_name_in_a_bare_copy_still_heads_its_section() -> None:
    heads = ("Checking for passwordless accounts:", "www2.*****.example login failures:", "<host> refused connections:")
    body = "\n\n".join((*heads, "-- End of security output --"))
    found = report(body)
    assert (found.kind, found.host, names(found)) == ("freebsd_security", "", ["passwordless", "login_failures", "refused_connections"])


def test_a_host_name_masked_in_the_subject_too_heads_its_section() -> None:
    body = "\nBackup passwd and group files:\n****.example.org group diffs:\n> x\n\nDisk status:\nx\n\n-- End of daily output --\n"
    found = report(body, subject="****.example.org daily run output")
    assert (names(found), found.host) == (["backup_passwd", "group_diff", "disk_status"], "web07.example.org")
