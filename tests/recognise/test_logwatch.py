"""logwatch."""

from __future__ import annotations

from mailtriage.types import Report
from tests.recognise.support import measures, names, report, section

HEAD = (
    " ################### Logwatch 7.7 (07/22/22) #################### \n"
    "        Processing Initiated: Sun Nov 22 06:25:26 2026\n"
    "        Logfiles for Host: db03\n"
)
END = " ###################### Logwatch End ######################### \n"
SUBJECT = "Logwatch for db03.example.net (Linux)"


def part(title: str, text: str, *, has_end: bool = True) -> str:
    lines = "".join(f" {line}\n" for line in text.split("\n"))
    end = f" ---------------------- {title} End ------------------------- \n"
    return f" --------------------- {title} Begin ------------------------ \n\n{lines} \n" + (end if has_end else "")


def logwatch(*parts: str, end: str = END) -> Report:
    return report(HEAD + "\n \n".join(parts) + end, subject=SUBJECT, sender="logwatch@web07.example.org")


def test_each_section_is_one_of_ours_and_the_host_is_that_of_the_report() -> None:
    found = logwatch(part("Kernel", "x"), part("Disk Space", "x"), part("Frobnicator", "x"))
    assert names(found) == ["header", "kernel", "disk", "other"]
    assert found.host == "db03.example.net"


def test_a_section_alone_is_known_by_its_begin_and_its_end() -> None:
    assert names(report(part("SSHD", "Failed logins from:\n   203.0.113.9: 2 Times"))) == ["header", "sshd"]
    assert report(part("SSHD", "x", has_end=False)).kind != "logwatch"


def test_a_report_without_its_last_line_is_cut_off() -> None:
    assert logwatch(part("Kernel", "x")).is_complete
    assert not logwatch(part("Kernel", "x"), end="").is_complete


def test_what_a_log_line_begins_stays_in_its_section() -> None:
    found = logwatch(part("Kernel", "--------------------- Disk Space Begin ------------------------\nbad news"))
    assert names(found) == ["header", "kernel"]
    assert section(found, "kernel").lines[-1] == "bad news"


def test_what_follows_an_end_line_of_a_log_is_shown_outside_of_a_section() -> None:
    found = logwatch(part("httpd", "a\n---------------------- httpd End -------------------------\nbad news"))
    assert names(found) == ["header", "web"]
    assert any("bad news" in line for line in section(found, "header").lines)


def test_a_section_with_a_broken_end_line_ends_where_the_next_begins_and_shows_it() -> None:
    found = logwatch(part("Kernel", "x", has_end=False), part("Disk Space", "y"))
    assert names(found) == ["header", "kernel", "disk"]
    assert "no end line" in section(found, "kernel").lines[-1]


def test_failures_are_counted_by_address() -> None:
    text = (
        "Failed logins from:\n   203.0.113.9 (x.example.com): 20 Times\n      root/password: 20 Times\n"
        "Illegal users from:\n   203.0.113.9: 5 Time(s)"
    )
    assert measures(section(logwatch(part("SSHD", text)), "sshd"))["failed_logins", "203.0.113.9"] == 25.0


def test_a_login_from_an_address_that_failed_and_of_root_from_outside_are_seen() -> None:
    text = (
        "Failed logins from:\n   203.0.113.9: 20 Times\n\n"
        "Users logging in through sshd:\n   root:\n      203.0.113.9: 1 Time\n\n"
        "Received disconnect:\n   x : 2 Times"
    )
    found = logwatch(part("SSHD", text))
    assert names(found) == ["header", "sshd", "sshd_logins", "root_login"]
    assert measures(section(found, "sshd_logins"))["login_after_failures", "root@203.0.113.9"] == 20.0
    assert section(found, "root_login").item == "203.0.113.9"


def test_root_from_our_own_net_is_no_root_from_outside() -> None:
    text = "Users logging in through sshd:\n   root:\n      192.168.1.4: 1 Time\n   anna:\n      203.0.113.9: 1 Time"
    assert "root_login" not in names(logwatch(part("SSHD", text)))


def test_each_list_of_each_service_of_pam_is_a_section() -> None:
    text = (
        "sshd:\n   Authentication Failures:\n      root (203.0.113.9): 2 Time(s)\n"
        "   Sessions Opened:\n      anna: 1 Time(s)\n"
        "su:\n   Sessions Opened:\n      anna -> root: 1 Time(s)\n**Unmatched Entries**\n   odd"
    )
    found = logwatch(part("pam_unix", text))
    assert [one.item for one in found.sections[1:]] == ["sshd: authentication failures", "sshd: sessions opened", "su: sessions opened", ""]


def test_disks_are_measured() -> None:
    rows = "Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda2       100G   98G  2.0G  98% /var"
    assert measures(section(logwatch(part("Disk Space", rows)), "disk"))["fs_used", "/var"] == 98.0


def test_sections_of_html_are_taken_in_the_order_of_the_index() -> None:
    html = (
        "<html><body><ul><li>LOGWATCH Summary<li>Kernel<li>Disk Space</ul>\n"
        "<h2>LOGWATCH Summary</h2><p>Logwatch Version: 7.7 (07/22/22)<p>Processing Initiated: Sun Nov 22 06:25:26 2026"
        "<p>Logfiles for Host: db03<p>Back to Top<h2>Kernel</h2><p>x<p>Disk Space<p>y<p>Back to Top<h2>Disk Space</h2><p>z"
        "<p>Back to Top<p>Logwatch Ended at Sun Nov 22 06:25:27 2026<p>Back to Top</body></html>"
    )
    found = report(html, subject=SUBJECT, headers=("MIME-Version: 1.0", 'Content-Type: text/html; charset="UTF-8"'))
    assert names(found) == ["header", "kernel", "disk"]
    assert "Disk Space" in section(found, "kernel").lines
    assert found.is_complete


def test_many_sections_of_many_lines_are_read_in_time() -> None:
    parts = [part(f"Service {n}", "line\n" * 20) for n in range(1500)]
    assert len(names(logwatch(*parts))) == 1501


def test_many_broken_sections_are_read_in_time() -> None:
    parts = [part(f"Service {n}", "line\n" * 3, has_end=n % 2 == 0) for n in range(3000)]
    assert len(names(logwatch(*parts))) == 3001


def test_the_disks_of_old_releases_have_neither_begin_nor_end() -> None:
    rows = (
        "------------------ Disk Space --------------------\n\nFilesystem Size Used Avail Use% Mounted on\n"
        "/dev/mapper/a\n   36G 35G 1G 97% /\n"
    )
    found = logwatch(part("Kernel", "x"), rows)
    assert names(found) == ["header", "kernel", "disk"]
    assert measures(section(found, "disk"))["fs_used", "/"] == 97.0
    assert found.is_complete


def test_the_lines_that_begin_and_end_a_section_are_kept_outside_of_it() -> None:
    found = logwatch(part("Kernel", "x"), part("Disk Space", "y"))
    outside = [line.strip(" -") for line in section(found, "header").lines]
    assert [line for line in outside if line.endswith((" Begin", " End"))] == [
        "Kernel Begin",
        "Kernel End",
        "Disk Space Begin",
        "Disk Space End",
    ]
