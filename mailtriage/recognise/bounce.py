"""Bounces and delay warnings of Postfix, sendmail, Exim, dma, OpenSMTPD, qmail, Courier, Exchange, Office 365, Gmail and their like.

Subjects: `Undelivered Mail Returned to Sender`, `Returned mail: see transcript for details`, `Mail delivery failed: returning message
to sender`, `Warning: could not send message for past 4 hours`, `failure notice`, `Delivery status notification: error`, `Undeliverable: x`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailtriage.recognise._people import asks_at_the_end
from mailtriage.recognise._returned import Original, original, split
from mailtriage.recognise._sections import SectionType, body_lines, first_line
from mailtriage.types import Message, Recovery, Report, Section, Severity, State

_SUBJECT = re.compile(
    r"(?:Undelivered Mail Returned to Sender|Delayed Mail \(still being retried\)|Successful Mail Delivery Report"
    r"|Postfix SMTP server: errors from \S"
    r"|Postmaster Copy: |Returned mail: |Postmaster warning: |Warning: could not send message|Postmaster notify: |Mail delivery failed\b"
    r"|Warning: message \S+ delayed|Message \S+ has been frozen|Delivery status notification\b|Delivery Status Notification\b"
    r"|failure notice"
    r"|Undeliverable\b|Undelivered mail\b|(?:failed|failure|permanent) delivery\b|delivery status\b|(?:e-?mail"
    r"|message) delivery (?:has )?failed|there was an error sending your mail|mail failed, returning|mail could not be delivered"
    r"|\[Postmaster\] Email Delivery|NOTICE: mail delivery status|Delivery Notification: |Delivery (?:has )?(?:failed|failure)"
    r"|Mail System Error|Unzustellbar: |Non remis ?: |No se puede entregar: |Onbestelbaar: |Non recapitabile: |(?:Mail|Message"
    r"|E-?mail) Delivery (?:Delay|Failure|Status)"
    r"|Mail failure|Nondeliverable mail|\*{0,3} ?Warning: [^\n]{0,40}delayed|Benachrichtigung zum .{0,20}bermittlungsstatus)",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"This is the mail system at host |This is the Postfix program at host |The original message was received at "
    r"|\s*-{5} The following addresses had |\s*\*{4,}\s*\n\s*\*\*\s+THIS IS A WARNING"
    r"|This message was created automatically by (?:the )?mail (?:delivery|transport) software|This is the DragonFly Mail Agent"
    r"|Hi!\s+This is the MAILER-DAEMON"
    r"|Hi\. This is the (?:qmail-send program|deliver program|\S{1,60} program) at |Hi\. The MTA program at "
    r"|This is a delivery status notification"
    r"|Delivery (?:has failed|to the following recipients? (?:has )?failed|is delayed|has been delayed)"
    r"|\*{2} ?(?:Address not found|Message (?:blocked|not delivered)|Delivery)"
    r"|Your message\s+To:\s|Your message (?:to \S+ couldn't|wasn't|did not reach|could not|cannot|has been (?:blocked|delayed))"
    r"|Transcript of session follows|This (?:is an automatically generated|report relates)"
    r"|The following message to |Message \S{5,40} has been frozen|Could not deliver message to|I'm sorry to have to inform you"
    r"|I was not able to deliver"
    r"|An error occurred while trying to deliver|Sorry, we were unable to deliver|Ihre Nachricht an "
    r"|There was an error delivering your mail"
    r"|Your mail message to the following address\(es\) could not be delivered|The mail system"
    r"|This is an informative message sent by|Message could not be delivered|Unable to deliver message"
    r"|Your message could not be sent|-{3,} The following addresses had delivery problems|Unknown user: "
    r"|An? e-?mail that you (?:sent|attempted)|We had trouble delivering",
    re.IGNORECASE,
)
_OWN_LINES = re.compile(
    r"^(?:Final-Recipient: |Reporting-MTA: |Action: (?:failed|delayed)|Status: [45]\.|Diagnostic-Code: | {3}-{5} |<[^<>\s]{1,320}>:(?: |$)"
    r"|--- Below this line|-{6} This is a copy of "
    r"|Below is a copy of|Message headers follow|Remote-MTA: |A message that you sent |There was an error delivering"
    r"|(?:\t| {4})?\S{1,320}@\S{1,255}: [45]\d\d |did not reach the following recipient|The response (?:from the remote server )?was:"
    r"|Generating server: |Diagnostic information for admin)"
    r"|^ {0,4}(?:550|554|552|551|553|450|451) ",
    re.MULTILINE,
)
_DAEMONS = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|double-bounce|mdaemon|microsoftexchange\w*|mailerdaemon|mail_daemon|bounces?)(?:\+.*)?"
)
_DAEMON_NAMES = re.compile(
    r"mail delivery (?:system|subsystem|service)|mailer.daemon|postmaster|system administrator|microsoft outlook|mail.?daemon",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?:re|fwd?|aw|wg)\s?:", re.IGNORECASE)
_DELAYED = re.compile(
    r"^Action: delayed|THIS IS A WARNING MESSAGE ONLY|still being retried|^No action is required on your part",
    re.MULTILINE | re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"Delayed Mail|Warning: (?:could not send|message \S+ delayed)|\(Delay\)|: delayed$|Delay\b|delayed", re.IGNORECASE
)
_NOTIFY_SUBJECT = re.compile(
    r"Postmaster (?:notify|Copy|warning): |Postfix SMTP server: errors from|Message \S+ has been frozen|Mail System Error", re.IGNORECASE
)
_FAILED = re.compile(r"^Action: failed", re.MULTILINE)
_RELAYED = re.compile(r"^Action: (?:relayed|delivered|expanded)", re.MULTILINE)
_RECIPIENT = re.compile(r"^(?:Final-Recipient|Original-Recipient): ?[\w-]{1,20}; ?<?([^\s<>]{1,320})>?", re.MULTILINE)
_ADDRESS = re.compile(r"<?\b([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}\w)>?")
_STATUS = re.compile(r"^Status: ?([245]\.\d{1,3}\.\d{1,3})", re.MULTILINE)
_ENHANCED = re.compile(r"(?<![\d.])([45]\.\d\.\d{1,3})(?![\d.])")
_WORDS = (
    (
        "policy",
        re.compile(
            r"\bpolicy|black-?list|block(?:ed|list)|\bspam\b|\bdmarc\b|\bspf\b|relay(?:ing)?(?: access)? (?:denied"
            r"|not permitted)|reputation|\bdnsbl\b|\brbl\b|listed at|content rejected",
            re.IGNORECASE,
        ),
    ),
    ("full", re.compile(r"quota|mailbox (?:is )?full|over ?quota|insufficient (?:disk|system) (?:space|storage)", re.IGNORECASE)),
    ("size", re.compile(r"message (?:size|too (?:big|large))|exceeds (?:the )?(?:size|maximum)|too long for transport", re.IGNORECASE)),
    (
        "address",
        re.compile(
            r"user unknown|unknown user|no such (?:user|address|recipient|mailbox)|does(?:n't| not) exist"
            r"|recipient (?:address )?rejected|unrouteable|not found|mailbox unavailable|unknown recipient|no mailbox",
            re.IGNORECASE,
        ),
    ),
    ("delay", re.compile(r"timed out|connection refused|retry time|no route|deferred|temporar|connection to ", re.IGNORECASE)),
)

_RECIPIENT_ABOUT = "[failing address and class of the reason: address, full, policy, size, delay, other]"
_FAILURE = SectionType(
    name="failure",
    about=f"a mail could not be delivered, for one recipient {_RECIPIENT_ABOUT}",
    check="mail_delivery",
    recovery=Recovery.SILENCE,
)
_DELAY = SectionType(
    name="delay",
    about=f"a mail waits in a queue, and is tried further {_RECIPIENT_ABOUT}",
    check="mail_delivery",
    recovery=Recovery.SILENCE,
)
_NOTIFY = SectionType(name="notify", about="what an MTA tells its postmaster: sessions with errors, double bounces, frozen mails")
_DELIVERED = SectionType(name="delivered", about="the sender had asked to be told of the delivery")
_LOST = SectionType(
    name="lost_report",
    about="the mail that came back was sent by root or a program: what this host reports is lost [who it was for]",
    check="report_delivery",
    recovery=Recovery.SILENCE,
)
_RETURNED = SectionType(name="returned", about="the mail that came back, as far as the bounce shows it")
_PROBLEM = SectionType(
    name="returned_problem",
    about="a problem that the lost report states; check and item are those of the section it had there [the same]",
    recovery=Recovery.SILENCE,
)
SECTIONS = (_FAILURE, _DELAY, _NOTIFY, _DELIVERED, _LOST, _RETURNED, _PROBLEM)
_MOST_RECIPIENTS = 20


def claims(message: Message) -> bool:
    """True if the sender is a mailer daemon, or the type a delivery report's, and its subject, first words or fields say so too."""
    if _PERSON.match(message.subject):
        return False
    if not message.headers:
        is_bounce = bool(_FIRST.match(message.text.lstrip()[:400])) and bool(_OWN_LINES.search(message.text[:20000]))
        return is_bounce and not _is_asked_about(message.text)
    subject = bool(_SUBJECT.match(message.subject))
    is_daemon = bool(_DAEMONS.fullmatch(message.sender.partition("@")[0]) or _DAEMON_NAMES.search(message.sender_name))
    if not (subject or is_daemon):
        return False
    kind = message.header("Content-Type").lower()
    is_report = kind.startswith("multipart/report") and "feedback-report" not in kind
    if message.sender.startswith("mailer-daemon") and re.search(
        r"deliver|recipient|undeliver"
        r"|RCPT TO",
        message.text[:5000],
        re.IGNORECASE,
    ):
        return True
    others = subject, is_report, bool(message.header("X-Failed-Recipients")), bool(_FIRST.match(message.text.lstrip()[:400]))
    return (
        (is_daemon and any(others))
        or (is_report and (subject or others[3]))
        or (subject and others[3] and bool(_OWN_LINES.search(message.text[:20000])))
    )


def _is_asked_about(text: str) -> bool:
    """Whether somebody pasted a bounce and asks below it; where a mail came back the question may stand in that."""
    lines = body_lines(text[:20000])
    return asks_at_the_end(text) and split(lines)[0] == len(lines)


def report(message: Message) -> Report:
    """The reason for each recipient, what came back, and whether a report of a host was lost with it."""
    lines = list(body_lines(message.text))
    start, body_at = split(lines)
    own, back = lines[:start], lines[start:]
    text = "\n".join(own)
    kind = _kind(message, text)
    sections = [*_sections(kind, message, own, text)]
    host = message.host
    if back:
        came_back = original(message, back, body_at - start)
        sections.append(_RETURNED.section(back, summary=came_back.subject))
        if kind is not _DELIVERED and came_back.is_from_machine:
            host = came_back.host or host
            if kind is not _DELAY:
                sections.insert(0, _lost(came_back, sections[0].item))
            sections += _problems(came_back)
    return Report(kind="bounce", host=host, sections=tuple(sections))


def _kind(message: Message, text: str) -> SectionType:
    if _NOTIFY_SUBJECT.match(message.subject) or first_line(text).startswith("Transcript of session"):
        return _NOTIFY
    if _FAILED.search(text):
        return _FAILURE
    if _DELAYED.search(text) or _DELAY_SUBJECT.search(message.subject):
        return _DELAY
    return _DELIVERED if _RELAYED.search(text) else _FAILURE


def _sections(kind: SectionType, message: Message, own: list[str], text: str) -> list[Section]:
    if kind in (_NOTIFY, _DELIVERED):
        return [kind.section(own, summary=message.subject)]
    recipients = list(dict.fromkeys(address.lower() for address in _RECIPIENT.findall(text)))[:_MOST_RECIPIENTS]
    if not recipients:
        named = message.header("X-Failed-Recipients").partition(",")[0].strip() or _first_address(text, message)
        recipients = [named.lower()] if named else [""]
    sections = []
    for n, recipient in enumerate(recipients):
        block = _block(text, recipient) if len(recipients) > 1 else text
        item = f"{recipient or '?'} {_reason(block, text, kind is _DELAY)}"
        sections.append(
            kind.section(block.split("\n") if n else own, item=item, state=State.PROBLEM, summary=f"{item}: {message.subject}"[:300])
        )
    return sections


def _first_address(text: str, message: Message) -> str:
    """The first address of the text that is not the daemon's, nor who the bounce is for."""
    mine = {message.sender, message.header("To").strip("<> ").lower()}
    for found in _ADDRESS.finditer(re.sub(r"(?m)^from .*$", "", text[:8000])):
        if found.group(1).lower() not in mine and not _DAEMONS.fullmatch(found.group(1).lower().partition("@")[0]):
            return found.group(1)
    return ""


def _block(text: str, recipient: str) -> str:
    """The fields of one recipient."""
    blocks = [block for block in text.split("\n\n") if "Final-Recipient:" in block and recipient in block.lower()]
    return blocks[0].strip("\n") if blocks else f"Final-Recipient: {recipient}"


def _reason(block: str, text: str, is_delay: bool) -> str:
    status = _STATUS.search(block) or _ENHANCED.search(block) or _ENHANCED.search(text)
    code = status.group(1) if status else ""
    by_word = next((name for name, pattern in _WORDS if pattern.search(block[:8000])), "")
    if is_delay or code.startswith("4."):
        return "delay"
    if code.startswith("5.7."):
        return "policy"
    if code == "5.2.2":
        return "full"
    if code.startswith(("5.2.3", "5.3.4")):
        return "size"
    if by_word == "policy":
        return "policy"
    return "address" if code.startswith("5.1.") else by_word or "other"


def _lost(came_back: Original, item: str) -> Section:
    recipient = item.partition(" ")[0]
    what = f"a report came back: {came_back.subject or 'without a subject'}"
    return _LOST.section((what,), item=recipient, state=State.PROBLEM, severity=Severity.WARNING, summary=what)


def _problems(came_back: Original) -> list[Section]:
    """What the report itself states as a problem, so that it is heard though the report was lost."""
    if came_back.report is None:
        return []
    stated = [section for section in came_back.report.sections if section.state is State.PROBLEM]
    about = came_back.report.host
    return [replace(section, name=_PROBLEM.name, recovery=Recovery.SILENCE, host=section.host or about) for section in stated]
