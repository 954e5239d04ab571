"""Mail that ticket and forge systems carry: a person's words in it, and what the system says by itself."""

from __future__ import annotations

import pytest

from tests.recognise.support import report

THREAD = ("In-Reply-To: <1@example.org>", "References: <1@example.org>", "Auto-Submitted: auto-generated", "Precedence: bulk")


@pytest.mark.parametrize(
    ("headers", "sender", "body"),
    [
        (
            ("X-RT-Ticket: x #1", "X-RT-Originator: ann@example.org"),
            '"Ann via RT" <q@example.org>',
            "The fan was replaced, please check.\n",
        ),
        (("X-JIRA-FingerPrint: 1",), '"Ann Lee (Jira)" <jira@example.org>', "Ann Lee commented on A-1:\n----\n\nNew fan.\n"),
        (
            ("X-GitLab-Author: ann",),
            '"Ann (@ann)" <gitlab@example.org>',
            "Ann commented:\n\n\nNew fan is in.\n\n-- \nReply to this email\n",
        ),
        (("X-GitHub-Sender: ann", "X-GitHub-Reason: mention"), "Ann <notifications@github.com>", "The new fan is in.\n\n-- \nReply\n"),
        (
            ("X-Gitea-Sender: ann", "X-Mailer: Gitea"),
            '"ann" <git@example.org>',
            "The new fan is in.\n\n---\nReply to this email directly\n",
        ),
        (
            ("X-Redmine-Sender: ann", "X-Mailer: Redmine"),
            "Redmine <redmine@example.org>",
            "Issue #1 has been updated by Ann.\n\nStatus changed from New to Closed\n\nThe new fan is in.\n\n" + "-" * 40 + "\nBug #1: x\n",
        ),
        (
            ("X-Phabricator-Sent-This-Message: Yes",),
            '"ann" <phab@example.org>',
            "ann added a comment.\n\n  New fan is in.\n\nTASK DETAIL\n  https://x.example/T1\n",
        ),
        (
            ("X-Bugzilla-Who: ann@example.org",),
            "bugs <bugzilla-daemon@example.org>",
            "--- Comment #4 from Ann <ann@example.org> ---\nNew fan is in.\n",
        ),
        (
            ("X-Mailer: Zendesk Mailer",),
            '"Ann (Support)" <support@example.org>',
            "Hi Bob,\n\nI’ve changed the fan. Could you check?\n\nAnn\n",
        ),
    ],
)
def test_what_a_person_typed_passes_whatever_system_carries_it(headers: tuple[str, ...], sender: str, body: str) -> None:
    found = report(body, subject="[x #1] fan FAILED on web07", sender=sender, headers=(*THREAD, *headers))
    assert found.kind == "human"


@pytest.mark.parametrize(
    ("headers", "sender", "body", "kind"),
    [
        (("X-GitLab-Author: ann",), '"Ann (@ann)" <gitlab@example.org>', "Issue was closed by Ann\n", "auto_reply"),
        (("X-GitHub-Sender: ann",), "Ann <notifications@github.com>", "Merged #94 into main.\n\n-- \nReply\n", "auto_reply"),
        (("X-Mailer: Zendesk Mailer",), "Support <support@example.org>", "Your request (1) has been received.\n", "auto_reply"),
        (("X-Mailer: Zammad Mail Service",), "Hilfe <help@example.org>", "Ihre Anfrage ist bei uns eingegangen.\n", "auto_reply"),
        (("X-Debian-PR-Message: ack 1",), "owner@bugs.example.org", "This is an automatically generated reply.\n", "auto_reply"),
        (("X-List-Administrivia: yes",), "list-owner@example.org", "The list has 2 request(s) waiting.\nCause: error\n", "auto_reply"),
        (
            ("X-JIRA-FingerPrint: 1",),
            '"Zabbix Bot (Jira)" <jira@example.org>',
            "Zabbix Bot commented on A-1:\n----\nfan FAILED\n",
            "unknown",
        ),
        (("X-RT-Originator: zabbix@example.org",), '"zabbix via RT" <q@example.org>', "PROBLEM: fan FAILED on web07\n", "unknown"),
    ],
)
def test_what_a_ticket_system_says_by_itself_is_no_person_s(headers: tuple[str, ...], sender: str, body: str, kind: str) -> None:
    found = report(body, subject="[x #1] fan FAILED on web07", sender=sender, headers=(*THREAD, *headers))
    assert found.kind == kind
