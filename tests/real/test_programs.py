"""Real programs of Debian write their mails, a real Postfix relays them, and each arrives as the right kind with the right verdict.

Skipped with the reason where a program is missing or a private machine cannot be had (not root, no namespaces).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mailtriage.types import Outcome
from tests.real.machine import HOST, Machine
from tests.service.running import Serve, wait_until

pytestmark = pytest.mark.real
NO_MODEL = '[model]\npath = "none"\n'


def arrived(tmp_path: Path, script: str, n_mails: int, *needs: str) -> list[Outcome]:
    """What a running daemon decided about the mails that the script's programs sent, in the order of their subjects."""
    with Serve(tmp_path, extra=NO_MODEL) as serve, Machine(tmp_path, serve.smtp, *needs) as machine:
        serve.wait_until_ready()
        machine.run(script)
        store = serve.store()
        try:
            wait_until(lambda: len(store.mails()) >= n_mails or machine.is_over, f"{n_mails} mails\n{machine.log()}")
            rows = store.mails()
            assert len(rows) == n_mails, f"{[row.subject for row in rows]}\n{machine.log()}"
            outcomes = [store.outcome(row.id) for row in rows]
        finally:
            store.close()
    return sorted((one for one in outcomes if one is not None), key=lambda one: one.subject)


def told(outcome: Outcome) -> tuple[str, str, str]:
    """Kind, host and verdict; the reasons stand in the log of a failure."""
    for judged in outcome.sections:
        print(outcome.subject, judged.section.name, judged.verdict, judged.reasons[0], *judged.section.lines[:30], sep="\n  ")
    return outcome.kind, outcome.host, str(outcome.verdict)


def test_cron_runs_a_copy_that_works_and_one_that_does_not(tmp_path: Path) -> None:
    script = """
rm -rf /etc/cron.d/* /etc/cron.*ly/* /var/spool/cron/crontabs/*
mkdir -p /var/from/home /var/to; date > /var/from/home/notes.txt
cat > /etc/crontab <<END
@reboot root rsync -av /var/from/ /var/to/
@reboot root rsync -a /var/nowhere/ /var/to/
@reboot root /usr/local/bin/no-such-backup
@reboot root run-parts --report /etc/cron.hourly
END
printf '#!/bin/sh\necho cannot reach the license server >&2\nexit 3\n' > /etc/cron.hourly/licenses
chmod +x /etc/cron.hourly/licenses
cron -f & cron=$!
"""
    missing, broken, copied, parts = arrived(tmp_path, script + "trap 'kill $cron' EXIT\n", 4, "cron", "rsync")
    assert told(copied) == ("cron", HOST, "drop")
    assert told(broken) == ("cron", HOST, "event")
    assert told(missing) == ("cron", HOST, "event")
    assert told(parts) == ("cron", HOST, "event")
    assert parts.events[0].item == "/etc/cron.hourly/licenses"


def test_sudo_reports_who_is_not_allowed_and_who_guesses_passwords(tmp_path: Path) -> None:
    script = """
echo 'mallory:x:4711:4711:Mallory:/:/bin/sh' >> /etc/passwd
echo 'mallory:'$(openssl passwd -6 secret)':20000:0:99999:7:::' >> /etc/shadow
printf 'Defaults mail_badpass\nroot ALL=(ALL:ALL) ALL\nguess ALL=(ALL:ALL) ALL\n' > /etc/sudoers
rm -f /etc/sudoers.d/*
echo 'guess:x:4712:4712:Guess:/:/bin/sh' >> /etc/passwd
echo 'guess:'$(openssl passwd -6 other)':20000:0:99999:7:::' >> /etc/shadow
printf 'secret\n' | setpriv --reuid=4711 --regid=4711 --clear-groups sudo -S id || true
printf 'a\nb\nc\n' | setpriv --reuid=4712 --regid=4712 --clear-groups sudo -S id || true
"""
    outcomes = arrived(tmp_path, script, 2, "sudo", "openssl", "setpriv")
    assert [told(one) for one in outcomes] == [("sudo", HOST, "event")] * 2
    assert {event.item.partition(" ")[0].rstrip(":") for one in outcomes for event in one.events} == {"mallory", "guess"}


def test_logwatch_reports_a_quiet_day_and_a_disk_that_fails(tmp_path: Path) -> None:
    script = """
rm -rf /var/log/*; mkdir -p /var/log
stamp=$(date '+%b %e')
printf "$stamp 03:14:07 web07 sshd[811]: Failed password for invalid user oracle from 203.0.113.9 port 40122 ssh2\n" > /var/log/auth.log
printf "$stamp 03:14:09 web07 sshd[811]: Invalid user oracle from 203.0.113.9 port 40122\n" >> /var/log/auth.log
logwatch --output mail --mailto root --range all --service sshd --hostname web07.example.org
printf "$stamp 04:00:01 web07 kernel: [4711.1] blk_update_request: I/O error, dev sda, sector 8088\n" > /var/log/kern.log
cp /var/log/kern.log /var/log/syslog; cp /var/log/kern.log /var/log/messages
logwatch --output mail --mailto root --range all --service kernel --hostname web07.example.org --detail high
"""
    outcomes = arrived(tmp_path, script, 2, "logwatch")
    assert {told(one) for one in outcomes} == {("logwatch", HOST, "drop"), ("logwatch", HOST, "event")}


def test_mdadm_tests_that_its_mail_arrives(tmp_path: Path) -> None:
    (outcome,) = arrived(tmp_path, "mdadm --monitor --test --oneshot --mail=root /dev/md0 || true\n", 1, "mdadm")
    assert told(outcome) == ("mdadm", HOST, "drop")


PACKAGES = """
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/*apticron* /var/lib/apt/lists/* /var/log/unattended-upgrades
rm -f /etc/apt/apt.conf.d/*etckeeper*
mkdir -p /var/repo /var/lib/apt/lists/partial /var/build/DEBIAN
package() {  # version, exit code of its postinst, folder
    printf "Package: quux-tools\nVersion: $1\nArchitecture: all\nMaintainer: Ops <ops@example.org>\nDescription: a tool\n" > /var/build/DEBIAN/control
    printf "#!/bin/sh\nexit $2\n" > /var/build/DEBIAN/postinst; chmod 755 /var/build/DEBIAN/postinst
    dpkg-deb --root-owner-group -b /var/build $3/quux-tools_$1_all.deb >/dev/null
}
package 1.0 0 /var; dpkg -i /var/quux-tools_1.0_all.deb >/dev/null
package 2.0 ${RESULT:-0} /var/repo
cd /var/repo
deb=quux-tools_2.0_all.deb
printf "Package: quux-tools\nVersion: 2.0\nArchitecture: all\nMaintainer: Ops <ops@example.org>\nFilename: ./$deb\nSize: $(stat -c %s $deb)\nSHA256: $(sha256sum $deb | cut -d' ' -f1)\nDescription: a tool\n\n" > Packages
printf "Origin: local\nLabel: local\nSuite: stable\nCodename: stable\nDate: $(date -R -u)\nSHA256:\n $(sha256sum Packages | cut -d' ' -f1) $(stat -c %s Packages) Packages\n" > Release
echo 'deb [trusted=yes] file:/var/repo ./' > /etc/apt/sources.list
cat > /etc/apt/apt.conf.d/50unattended-upgrades <<END
Unattended-Upgrade::Origins-Pattern { "origin=local"; };
Unattended-Upgrade::Mail "root";
Unattended-Upgrade::MailReport "always";
END
apt-get -qq update
cd /
"""  # noqa: E501


@pytest.mark.parametrize(("result", "verdict"), [("0", "drop"), ("7", "event")])
def test_unattended_upgrades_reports_what_it_did(tmp_path: Path, result: str, verdict: str) -> None:
    (outcome,) = arrived(tmp_path, f"RESULT={result}\n{PACKAGES}unattended-upgrade || true\n", 1, "unattended-upgrade", "dpkg-deb")
    assert told(outcome) == ("unattended_upgrades", HOST, verdict)


def test_apticron_reports_what_waits(tmp_path: Path) -> None:
    script = PACKAGES + "printf 'EMAIL=root\\nNOTIFY_NO_UPDATES=0\\n' > /etc/apticron/apticron.conf\napticron --cron || apticron\n"
    (outcome,) = arrived(tmp_path, script, 1, "apticron", "dpkg-deb")
    assert told(outcome) == ("apticron", HOST, "digest")
    assert {measure.name: measure.value for judged in outcome.sections for measure in judged.section.measures}["updates_pending"] == 1
