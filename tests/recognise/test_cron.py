"""Mails of cron and anacron in the forms of the programs that send them."""

from __future__ import annotations

import pytest

from mailtriage.types import Recovery, State
from tests.recognise.support import measures, names, report, section

ENV = ("X-Cron-Env: <SHELL=/bin/sh>", "X-Cron-Env: <HOME=/root>")
MIME = ("MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit")
FORMS = {
    "Debian": ("root@web07.example.org (Cron Daemon)", "Cron <www-data@web07> /usr/local/bin/job", (*MIME, *ENV)),
    "FreeBSD": ("Cron Daemon <www@web07.example.org>", "Cron <www-data@web07> /usr/local/bin/job", ENV),
    "FreeBSD with MAILFROM": ("Jobs <jobs@example.org>", "Cron <www-data@web07> /usr/local/bin/job", ENV),
    "cronie": (
        '"(Cron Daemon)" <www-data@web07.example.org>',
        "Cron <www-data@web07> /usr/local/bin/job",
        ("Auto-Submitted: auto-generated", *ENV),
    ),
    "bcron": ("Cron Daemon <root@web07.example.org>", "Cron <www-data@web07> /usr/local/bin/job", ()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_job_is_known_by_user_and_command(form: str) -> None:
    sender, subject, headers = FORMS[form]
    found = report("a line\n\nanother\n", subject=subject, sender=sender, headers=headers)
    assert (found.kind, names(found)) == ("cron", ["output"])
    output = section(found, "output")
    assert (output.check, output.item, output.recovery) == ("cron_job", "www-data: /usr/local/bin/job", Recovery.SILENCE)
    assert output.lines == ("a line", "", "another")
    assert found.host.partition(".")[0] == "web07"


def test_a_job_of_busybox_is_known() -> None:
    found = report("x\n", subject="cron: /etc/job", sender="root@router.example.org")
    assert (found.kind, section(found, "output").item) == ("cron", "root: /etc/job")


def test_anacron_names_the_job_and_the_host() -> None:
    found = report("x\n", subject="Anacron job 'cron.daily' on deb12.example.org", sender="Anacron <root@mailname.example.org>")
    assert (found.kind, found.host, section(found, "output").item) == ("cron", "deb12.example.org", "anacron: cron.daily")


def test_the_short_host_of_the_subject_gets_its_domain_only_from_a_name_that_fits() -> None:
    assert report("x", subject="Cron <root@web07> a", sender="Cron Daemon <root@web07.example.org>").host == "web07.example.org"
    assert report("x", subject="Cron <root@rh8> a", sender="Cron Daemon <root@db03.example.net>").host == "rh8"


def test_a_failed_job_says_so_in_a_section_of_its_own() -> None:
    found = report("cannot\n", subject="Cron <root@web07> /usr/local/bin/backup (failed)", headers=ENV)
    assert names(found) == ["output", "exit"]
    failed = section(found, "exit")
    assert (failed.lines, failed.item, failed.state) == (("(failed)",), "root: /usr/local/bin/backup", State.PROBLEM)


def test_a_folded_command_is_one_item() -> None:
    found = report(
        "x\n", subject="Cron <root@web07> test -x /usr/sbin/anacron ||\n ( cd / && run-parts --report /etc/cron.daily )", headers=ENV
    )
    assert section(found, "output").item == "root: test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )"


RUN_PARTS = """/etc/cron.daily/apt-compat:
gpg: key 1: "x" not changed
/usr/share/doc/x:
/etc/cron.daily/logrotate:
error: stat of /var/log/x failed: No such file or directory
run-parts: /etc/cron.daily/logrotate exited with return code 1
"""


def test_each_script_of_run_parts_is_judged_alone() -> None:
    found = report(RUN_PARTS, subject="Cron <root@web07> cd / && run-parts --report /etc/cron.daily", headers=ENV)
    assert [(one.name, one.item) for one in found.sections] == [
        ("script", "/etc/cron.daily/apt-compat"),
        ("script", "/etc/cron.daily/logrotate"),
    ]
    assert found.sections[0].lines == ('gpg: key 1: "x" not changed', "/usr/share/doc/x:")
    script = "/etc/cron.daily/logrotate"
    assert measures(found.sections[1]) == {("cron_lines", script): 2, ("exit_code", script): 1}


def test_without_headings_the_output_stays_whole() -> None:
    found = report(
        "warning: x\nrun-parts: /etc/cron.daily/a exited with return code 2\n",
        subject="Cron <root@web07> run-parts /etc/cron.daily",
        headers=ENV,
    )
    assert names(found) == ["output"]


def test_paths_in_the_output_of_another_job_are_no_headings() -> None:
    assert names(report(RUN_PARTS, subject="Cron <root@web07> /usr/local/bin/list", headers=ENV)) == ["output"]


def test_the_scripts_of_red_hat_have_an_empty_line_below_their_heading() -> None:
    body = "/etc/cron.daily/logrotate:\n\nerror: found error in file nginx, skipping\n/etc/cron.daily/rhsmd:\n\nSystem is current\n"
    found = report(body, subject="Anacron job 'cron.daily' on rh8.example.org", sender="Anacron <root@rh8.example.org>")
    assert [(one.item, one.lines) for one in found.sections] == [
        ("/etc/cron.daily/logrotate", ("error: found error in file nginx, skipping",)),
        ("/etc/cron.daily/rhsmd", ("System is current",)),
    ]


SYSTEMD = ("X-Mailer: systemd-cron 2.1.1",)


def test_systemd_cron_names_the_host_and_says_whether_the_job_failed() -> None:
    sender = "systemd-cron <root@deb13.example.org>"
    fine = report("x\n", subject="[deb13] Output: /etc/cron.weekly/blocklist", sender=sender, headers=SYSTEMD)
    assert (fine.kind, fine.host, names(fine)) == ("cron", "deb13.example.org", ["output"])
    bad = report("x\n", subject="[deb13] Failure: /etc/cron.weekly/blocklist", sender=sender, headers=SYSTEMD)
    assert names(bad) == ["output", "exit"]
    assert report("x\n", subject="[deb13] Failure: /etc/cron.weekly/blocklist", sender=sender).kind != "cron"


def test_systemd_cron_before_2_1_named_the_unit() -> None:
    found = report("x\n", subject="[deb12] job cron-x-root-1 failed", sender="root (systemd-cron)", headers=SYSTEMD)
    assert (found.host, names(found), section(found, "exit").item) == ("deb12", ["output", "exit"], "root: cron-x-root-1")


def test_dillons_cron_names_the_user() -> None:
    found = report("x\n", subject="cron for user backup /usr/bin/run-parts /etc/cron.daily", sender="root@slack.example.org")
    assert (found.kind, section(found, "output").item) == ("cron", "backup: /usr/bin/run-parts /etc/cron.daily")
    assert report("x\n", subject="cron for user backup is broken", sender="alice@example.org").kind != "cron"


def test_a_name_with_escaped_parentheses_is_crons() -> None:
    sender = '"\\(Cron Daemon\\)" <alice@example.org>'
    assert report("x\n", subject="Cron <bob@web07> /usr/local/bin/job", sender=sender).kind == "cron"


def test_a_mail_from_an_account_of_a_program_is_enough_for_crons_subject() -> None:
    assert report("x\n", subject="Cron <backup@web07> /usr/local/bin/job", sender="no-reply@example.org").kind == "cron"


def test_a_text_without_header_may_begin_with_its_subject() -> None:
    found = report("Cron <root@web07> /root/clean\n\nrm: cannot remove '/tmp/x': No such file or directory\n")
    assert (found.kind, found.host, names(found)) == ("cron", "web07", ["output"])
    assert section(found, "output").heading == "Cron <root@web07> /root/clean"
    assert section(found, "output").lines == ("rm: cannot remove '/tmp/x': No such file or directory",)
    assert report("Cron <root@web07> ran\nand Cron <root@web08> did not\n", subject="two hosts").kind != "cron"


def test_a_text_without_header_may_be_the_output_of_run_parts() -> None:
    found = report(RUN_PARTS)
    assert (found.kind, found.host, [one.item for one in found.sections]) == (
        "cron",
        "",
        ["/etc/cron.daily/apt-compat", "/etc/cron.daily/logrotate"],
    )
    assert report("/etc/cron.daily/logrotate:\n").kind != "cron"


def test_a_reply_that_quotes_a_cron_mail_is_no_cron_mail() -> None:
    assert report("> x\n", subject="Re: Cron <root@web07> /usr/local/bin/job", headers=ENV).kind != "cron"


def test_rsync_and_df_give_numbers() -> None:
    body = (
        "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394) [sender=3.5.0]\n"
        "sent 1,234 bytes  received 35 bytes  2,538.00 bytes/sec\ntotal size is 378,882  speedup is 284.23\n"
        "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        40G   38G  2.0G  96% /\n"
    )
    job = "root: rsync"
    found = measures(section(report(body, subject="Cron <root@web07> rsync", headers=ENV), "output"))
    assert found[("backup_bytes", job)] == 1234
    assert found[("backup_size", job)] == 378882
    assert found[("exit_code", job)] == 23
    assert found[("fs_used", "/")] == 96


def test_a_subject_alone_makes_no_cron_mail() -> None:
    assert report("look\n", subject="Cron <root@web07> backup", sender="alice@example.org").kind != "cron"


def test_a_script_of_run_parts_may_have_a_dot_in_its_name() -> None:
    found = report("/etc/cron.daily/0yum-daily.cron:\n\nCannot retrieve repository metadata\n")
    assert (found.kind, section(found, "script").item) == ("cron", "/etc/cron.daily/0yum-daily.cron")
