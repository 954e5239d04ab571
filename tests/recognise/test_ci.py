"""Jenkins, GitLab, GitHub, Ansible, auto-replies, abuse reports: the sender's own word on the result counts, with its key."""

from __future__ import annotations

import time

import pytest

from mailtriage.types import State
from tests.recognise.support import measures, names, report, section

JENKINS = "See <https://ci.example.org/job/nightly/321/>\n\n"
RECAP = "PLAY RECAP ****************\nweb07 : ok=2    changed=0    unreachable=0    failed={}    skipped=0    rescued=0    ignored=0   \n"
PLAY = "PLAY [all] ****************\n\nTASK [Gathering Facts] ****************\nok: [web07]\n\n"


@pytest.mark.parametrize(
    ("subject", "name", "state"),
    [
        ("Build failed in Jenkins: nightly #321", "failed", State.PROBLEM),
        ("Jenkins build is back to normal : nightly #322", "fixed", State.OK),
        ("Jenkins build is back to stable : nightly #322", "fixed", State.OK),
        ("Jenkins build is unstable: nightly #323", "unstable", State.INFO),
        ("Jenkins build is still unstable: nightly #324", "unstable", State.INFO),
    ],
)
def test_jenkins_says_how_a_job_is(subject: str, name: str, state: State) -> None:
    found = report(JENKINS, subject=subject, sender="ci@example.org", headers=("In-Reply-To: <1@ci.example.org>",))
    assert [(one.name, one.state, one.item) for one in found.sections] == [(name, state, "nightly")]


def test_a_good_subject_does_not_hide_a_failed_build() -> None:
    headers = ("X-Jenkins-Job: nightly", "X-Jenkins-Result: FAILURE")
    found = report(JENKINS, subject="Jenkins build is back to normal : nightly #3", sender="ci@example.org", headers=headers)
    assert names(found) == ["failed"]


def test_a_bare_body_of_jenkins_is_claimed() -> None:
    body = "nightly - Build # 321 - Failure:\n\nCheck console output at https://ci.example.org/job/nightly/321/ to view the results.\n"
    assert names(report(body)) == ["failed"]
    assert report("See <https://ci.example.org/job/nightly/321/>\n").kind != "jenkins"


def test_a_person_who_replies_to_jenkins_is_a_person() -> None:
    found = report(JENKINS, subject="Re: Build failed in Jenkins: nightly #321", sender="Alice Miller <alice@example.org>")
    assert found.kind == "human"


@pytest.mark.parametrize(
    ("subject", "first", "name"),
    [
        ("shop | Failed pipeline for main | 64f0ad8a", "Pipeline #1 has failed!", "failed"),
        ("shop | Pipeline #1 has failed for main | 64f0ad8a", "Your pipeline has failed.", "failed"),
        ("shop | Fixed pipeline for main | 64f0ad8a", "Pipeline has been fixed and #2 has passed!", "fixed"),
        ("shop | Successful pipeline for main | 64f0ad8a", "Pipeline #1 has passed!", "good"),
        ("shop | Successful pipeline for main | 64f0ad8a", "Pipeline #1 has failed!", "failed"),
    ],
)
def test_a_pipeline_is_what_the_worse_of_subject_and_text_says(subject: str, first: str, name: str) -> None:
    found = report(f"{first}\n\nProject: web / shop\nBranch: main\n", subject=subject, sender="gitlab@git.example.org")
    assert names(found) == [name]


def test_a_bare_body_of_gitlab_is_claimed_with_project_and_branch() -> None:
    found = report("Your pipeline has failed.\n\nProject: shop ( https://git.example.org/shop )\nBranch: main\n")
    assert [(one.name, one.item) for one in found.sections] == [("failed", "shop main")]


def test_github_needs_more_than_a_subject() -> None:
    subject = "[example/shop] Run failed: CI - main (64f0ad8)"
    assert report("hello\n", subject=subject, sender="root@web07.example.org").kind != "github"
    found = report("hello\n", subject=subject, sender="notifications@github.example.com")
    assert [(one.name, one.item) for one in found.sections] == [("failed", "example/shop CI main")]


def test_each_host_of_a_run_is_a_section_and_the_rest_is_shown() -> None:
    found = report(PLAY + RECAP.format(1), subject="ansible-pull")
    assert names(found) == ["recap", "output"]
    recap = section(found, "recap")
    assert (recap.item, recap.state) == ("web07", State.PROBLEM)
    assert measures(recap)["ansible_failed", "web07"] == 1


def test_a_recap_that_misses_a_host_of_the_plays_is_cut_off() -> None:
    assert report(PLAY + RECAP.format(0), subject="ansible-pull").is_complete
    assert not report(PLAY.replace("web07", "db03") + RECAP.format(0), subject="ansible-pull").is_complete


def test_a_person_who_pastes_a_run_is_a_person() -> None:
    found = report("Hi,\n\nI ran this, is it fine?\n\n" + PLAY + RECAP.format(0), subject="run", sender="Alice Miller <alice@example.org>")
    assert found.kind == "human"


def test_a_run_needs_no_header_but_its_beginning_and_its_recap() -> None:
    assert report(PLAY + RECAP.format(0)).kind == "ansible"
    assert report(PLAY).kind != "ansible"
    assert report("Cron said:\n" + "PLAY RECAP ***\n").kind != "ansible"


def test_a_run_under_cron_is_cron_s() -> None:
    found = report(PLAY + RECAP.format(0), subject="Cron <root@ops01> ansible-pull", sender="root (Cron Daemon)")
    assert found.kind == "cron"


def test_the_callback_names_the_host() -> None:
    body = "Playbook: site.yml\nTask: install\nModule: yum\nHost: web07.example.org\n\nThe following task failed:\n\n    yum\n"
    found = report(body, subject="Failed: no package", sender='"Ansible: web07.example.org" <root@ops01.example.org>')
    assert (found.kind, found.host, names(found)) == ("ansible", "web07.example.org", ["task"])
    assert report(body).kind == "ansible"


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply"])
def test_an_absence_needs_a_header(header: str) -> None:
    subject, body = "Automatic reply: x", "I am out of the office until Monday.\n"
    assert report(body, subject=subject, sender="bob@example.net", headers=(header,)).kind == "auto_reply"
    assert report(body, subject=subject, sender="bob@example.net").kind == "human"


def test_a_ticket_is_no_absence() -> None:
    found = report("We took it.\n", subject="[Ticket#12] disk", sender="help@example.net", headers=("Auto-Submitted: auto-replied",))
    assert names(found) == ["answer"]


def test_an_abuse_report_without_a_header_is_claimed_by_its_fields() -> None:
    found = report("Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\nSource-IP: 192.0.2.7\n")
    assert [(one.name, one.item) for one in found.sections] == [("complaint", "192.0.2.7")]


@pytest.mark.parametrize(
    "text", ["PLAY RECAP ****\n" + "x: ok=1" * 200_000, "See <https://" + "a" * 1_500_000, " - Build # 1 - " * 100_000]
)
def test_long_texts_are_recognised_in_bounded_time(text: str) -> None:
    begun = time.monotonic()
    report(text, subject="Build failed in Jenkins: a #1")
    report(text)
    assert time.monotonic() - begun < 10
