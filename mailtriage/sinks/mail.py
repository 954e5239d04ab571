"""Mail out by SMTP to one relay: digests as text with an HTML twin, and mail of people passed on with its bytes unchanged."""

from __future__ import annotations

import contextlib
import email.policy
import re
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime

from mailtriage.sinks._result import Answer, Delivery, Result
from mailtriage.text import one_line

LOOP_HEADER = "X-Mailtriage-Loop"
_SUBJECT = 200
_BARE_LF = re.compile(rb"(?<!\r)\n")
_SEVEN_BIT = email.policy.SMTP.clone(cte_type="7bit")  # any relay can take it


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A relay."""

    host: str = field(metadata={"help": "address of the relay"})
    port: int = field(default=25, metadata={"help": "port of the relay"})
    sender: str = field(default="", metadata={"help": "From of digests"})
    to: tuple[str, ...] = field(default=(), metadata={"help": "readers of the digest"})
    pass_to: tuple[str, ...] = field(default=(), metadata={"help": "where mail of people goes; empty: to the recipients it came with"})
    instance: str = field(default="mailtriage", metadata={"help": "name in X-Mailtriage-Loop: marks our own mail"})
    domain: str = field(default="localhost", metadata={"help": "domain of our Message-IDs and List-Id"})
    timeout_s: float = field(default=30.0, metadata={"help": "seconds the relay may take for each step"})

    def __post_init__(self) -> None:
        problems = []
        if not self.host:
            problems.append("host is empty: name the relay")
        if not 1 <= self.port <= 65535:
            problems.append(f"port must lie between 1 and 65535, not {self.port}")
        if not 0 < self.timeout_s <= 60:
            problems.append(f"timeout_s must be more than 0 and at most 60, not {self.timeout_s:g}")
        for name, value in (("instance", self.instance), ("domain", self.domain)):
            if not value or not value.isascii() or not value.isprintable() or " " in value:
                problems.append(f"{name} must be one word of ASCII, not {value!r}")
        addresses = [("sender", self.sender)] if self.sender else []
        addresses += [("to", one) for one in self.to] + [("pass_to", one) for one in self.pass_to]
        problems += [f"{name}: {one!r} is not an address" for name, one in addresses if not _is_address(one)]
        if problems:
            raise ValueError("\n".join(problems))


def send(delivery: Delivery, settings: Settings) -> Result:
    """Hands one digest or one passed mail to the relay; done when the relay took it for at least one recipient."""
    if delivery.what == "digest":
        if not settings.to:
            return Result.never("the digest has no readers")
        result = _submit(settings, "", settings.to, digest_mail(delivery, settings))
        # What it says is in no other digest: it waits until the relay, or its address, is mended.
        return Result.again(result.detail) if result.answer is Answer.NEVER else result
    if delivery.raw is not None:
        recipients = settings.pass_to or tuple(dict.fromkeys(delivery.raw.rcpt_tos))
        if not recipients:
            return Result.never("the mail has no recipient")
        return _submit(settings, delivery.raw.mail_from, recipients, passed_mail(delivery.raw.data, delivery.mail_id, settings))
    return Result.never("mail takes digests and mail of people only")


def digest_mail(delivery: Delivery, settings: Settings) -> bytes:
    """The digest as multipart/alternative, marked as made by a machine and as ours."""
    mail = EmailMessage(policy=_SEVEN_BIT)
    mail["From"] = settings.sender or f"mailtriage@{settings.domain}"
    mail["To"] = ", ".join(settings.to)
    mail["Subject"] = one_line(delivery.subject, _SUBJECT)
    mail["Date"] = format_datetime(delivery.created_at)
    mail["Message-ID"] = f"<{delivery.id}.digest@{settings.domain}>"
    mail["List-Id"] = f"<{settings.instance}.{settings.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "bulk"
    mail["X-Auto-Response-Suppress"] = "All"
    mail[LOOP_HEADER] = settings.instance
    mail["X-Mailtriage-Digest"] = f"{delivery.created_at:%Y-%m-%d}"
    mail.set_content(_encodable(delivery.text))
    if delivery.html:
        mail.add_alternative(_encodable(delivery.html), subtype="html")
    return mail.as_bytes()


def passed_mail(content: bytes, mail_id: str, settings: Settings) -> bytes:
    """The mail as it came, below two header lines of ours; line ends become CRLF, which is all that SMTP can carry."""
    if content.startswith(b"From "):  # a mbox separator would end the header right below our lines
        content = content.partition(b"\n")[2]
    ours = f"{LOOP_HEADER}: {settings.instance}\r\nX-Mailtriage-Id: {mail_id}\r\n".encode("ascii", "replace")
    return ours + _BARE_LF.sub(b"\r\n", content)


def _submit(settings: Settings, sender: str, recipients: Sequence[str], content: bytes) -> Result:
    if odd := [one for one in (sender, *recipients) if one and not _is_address(one)]:
        return Result.never(f"{one_line(odd[0])!r} is not an address")
    try:
        relay = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s, local_hostname=settings.domain)
    except (smtplib.SMTPException, OSError) as error:
        return Result.again(f"{settings.host}:{settings.port}: {error or type(error).__name__}")
    try:
        return _converse(relay, sender, recipients, content)
    except (smtplib.SMTPException, OSError) as error:
        return _failure(error)
    finally:
        # The answer to the mail counts; what the relay says to a QUIT after it must not send the mail again.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            relay.quit()
        relay.close()


def _failure(error: smtplib.SMTPException | OSError) -> Result:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refused(error.recipients)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Result.never(str(error))
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return _refused({"": (error.smtp_code, error.smtp_error)})
    return Result.again(str(error) or type(error).__name__)


def _converse(relay: smtplib.SMTP, sender: str, recipients: Sequence[str], content: bytes) -> Result:
    relay.ehlo_or_helo_if_needed()
    options = []
    if not content.isascii() and relay.has_extn("8bitmime"):
        options.append("BODY=8BITMIME")
    header = content.partition(b"\r\n\r\n")[0]
    is_international = not all(one.isascii() for one in (sender, *recipients))
    if is_international or (not header.isascii() and relay.has_extn("smtputf8")):
        options.append("SMTPUTF8")
    refused = relay.sendmail(sender, recipients, content, mail_options=options)
    if any(code < 500 for code, _ in refused.values()):
        return _refused(refused)  # the others get it twice, with the same Message-ID; nobody goes without
    return Result.done()


def _refused(answers: Mapping[str, tuple[int, bytes | str]]) -> Result:
    said = "; ".join(_words(code, text) for code, text in answers.values())
    return Result.again(said) if any(code < 500 for code, _ in answers.values()) else Result.never(said)


def _words(code: int, text: bytes | str) -> str:
    return one_line(f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _is_address(text: str) -> bool:
    return bool(text) and text.isprintable() and not any(one in " <>" for one in text)
