"""The signs of a person, and of a machine, in a mail.

No header proves a person. So the signs are graded: some forbid that a machine kind is claimed at all, some show a
person only where nothing says a machine sent it. A wrong `human` is passed on unchanged: noisy, but safe.
"""

from __future__ import annotations

import re

from mailtriage.types import Message

_REPLY = re.compile(r"(?:re|fwd?|aw|wg|antw|sv|vs|vl|tr|rv|rif|ynt|odp|res|enc|回复|转发|返信)(?:\[\d{1,3}\])?\s?[::]", re.IGNORECASE)
_MAIL_PROGRAM = re.compile(
    r"thunderbird|apple mail|iphone mail|ipad mail|outlook|\bmutt\b|neomutt|roundcube|k-9|evolution|kmail|claws|sylpheed|horde|squirrelmail"
    r"|rainloop|snappymail|sogo|zimbra|lotus|notes|eudora|the bat|alpine|\bpine\b|gnus|\bmu4e\b|wanderlust|rmail|airmail|postbox|fairemail"
    r"|bluemail|mailmate|betterbird|icedove|seamonkey|open-xchange|gmail|yahoo|kopano|nine for android|samsung|aquamail|himalaya|aerc",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"^(?:(?:On|Am|Le|El|Op|Il|Em|Den|Em) .{5,150}(?:wrote|schrieb|écrit|escribió|schreef|scritto|escreveu|skrev)"
    r"[^\n]{0,100}:\s*$|-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Forwarded message|Message d'origine|Mensaje original) ?-{2,}"
    r"|Begin forwarded message:)",
    re.MULTILINE,
)
_ZABBIX_ID = re.compile(r"<[\w.]{1,200}@zabbix\.com>")  # on the first mail too, where nothing is replied to
_PGP = re.compile(r"^-----BEGIN PGP (?:SIGNED )?MESSAGE-----", re.MULTILINE)
_GREETING = re.compile(
    r"(?:hi|hello|hey|hallo|moin|dear|lieber?|servus|guten (?:tag|morgen|abend)|good (?:morning|afternoon|evening)"
    r"|bonjour|bonsoir|salut|hola|buenos|ciao|gentile|hej|hoi|beste|olá|caro|cześć|dobrý|привет|здравствуйте)\b(?!\.)[^\n:]{0,60}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:best|kind|warm)?\s?(?:regards|wishes)|cheers|thanks|thank you|thx|many thanks|sincerely|yours"
    r"|(?:viele |liebe |beste |mit freundlichen )?grü(?:ß|ss)en?"
    r"|gruß|gruss|mfg|lg|vg|danke|cordialement|merci|saludos|gracias|saluti|grazie|groeten|hälsningar|hilsen|-- ?)[^\n:=]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_WORDS = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|my|me|we|you|your|please|could|ich|wir|bitte|je|vous|nous|yo)\b")
_AUTOMATIC = (
    "x-jenkins-job",
    "x-gitlab-project",
    "x-github-reason",
    "x-autoreply",
    "x-autorespond",
    "x-cron-env",
    "x-auto-response-suppress",
    "feedback-id",
)
_SYSTEM_ACCOUNT = re.compile(
    r"root|toor|daemon|operator|bin|cron|crond|anacron|nobody|www|www-data|apache|nginx|httpd|postgres|pgsql|mysql|mariadb|redis|mongodb|nagios|icinga2?|zabbix"
    r"|monit|munin|smartd|smartmontools|mdadm|zed|zfs|sanoid|backup\w*|bacula|bareos|borg\w*|restic|amanda|rsnapshot|veeam|vzdump|pve|proxmox|ossec\w*|wazuh|logcheck"
    r"|logwatch|fail2ban|denyhosts|arpwatch|clamav|rkhunter|tripwire|aide|samhain|puppet|ansible|salt|chef|foreman|jenkins|gitlab|git|ci|buildbot|svn|gerrit"
    r"|no-?reply|do-?not-?reply|notify|notifications?|notifier|alerts?|alarms?|alertmanager|prometheus|grafana|monitor\w*|monitoring|watchdog|system|sysmon|syslog|server|services?"
    r"|postmaster|mailer-daemon|mail|mailman|bounces?|listserv|majordomo|ups|nut|apcupsd|apc|idrac\w*|ilo\w*|ipmi|bmc|drac|switch\w*|router\w*|firewall|pfsense"
    r"|opnsense|truenas|freenas|nas\d*|synology|qnap|printer\w*|scanner\w*|copier\w*|vcenter|esxi?|vmware|xen|certbot|letsencrypt|acme|unattended\w*|apt\w*|yum|dnf\w*"
    r"|reports?|reporter|robot|bot|auto\w*|script\w*|job\w*|deploy\w*|tasks?|scheduler|librenms|observium|cacti|netdata|sensu|checkmk|cmk|omd|updates?|security|abuse"
)
_MACHINE_WORDS = re.compile(
    r"daemon|system|monitor|alert|server|root|cron|backup|notif|service|mail|report|robot|\bbot\b|agent|zabbix|nagios|icinga|admin(?:istrator)?$|automat|delivery|account|owner",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,4}")
_LOCAL_SUBMISSION = re.compile(r"from userid \d|\bwith local\b|^\(from [^ )]+\)|\(uid \d+\)|invoked by uid")
_WITH_LOGIN = re.compile(r"\bwith (?:E?SMTPS?A|UTF8SMTPS?A|HTTPS?)\b")  # RFC 3848: authenticated submission
_MAIL_DOMAIN = re.compile(r"[^.]+\.(?:[^.]+|(?:co|com|ac|or|ne|org|net|gov|edu|gob)\.[a-z]{2})")


def forbids(message: Message) -> bool:
    """True if a sign is so strong that no machine kind may be claimed."""
    if _REPLY.match(message.subject):
        return True
    names = {name.lower(): value for name, value in message.headers}
    if "references" in names or not _ZABBIX_ID.fullmatch(names.get("in-reply-to", "<1@zabbix.com>")):
        return True
    if _MAIL_PROGRAM.search(names.get("x-mailer", "")) or _MAIL_PROGRAM.search(names.get("user-agent", "")):
        return True
    kind = names.get("content-type", "").lower()
    if kind.startswith(("multipart/signed", "multipart/encrypted", "application/pkcs7", "application/x-pkcs7")):
        return True
    return ("-----" in message.text or "wrote:" in message.text or _has_attribution_word(message.text)) and bool(
        _ATTRIBUTION.search(message.text[:20000]) or _PGP.search(message.text[:20000])
    )


def _has_attribution_word(text: str) -> bool:
    return any(word in text for word in ("schrieb", "écrit", "escribió", "schreef", "scritto", "escreveu", "skrev", "Begin forwarded"))


def has_own_words(line: str) -> bool:
    """True if the line reads as written by a person: a greeting, or words of I and you."""
    return bool(_GREETING.match(line.strip()) or _OWN_WORDS.search(line[:300]))


def is_automatic(message: Message) -> bool:
    """True if the sender itself says that no person sent this."""
    for name, value in message.headers:
        key = name.lower()
        if key in _AUTOMATIC or (key == "auto-submitted" and not value.lower().startswith("no")):
            return True
        if key == "precedence" and value.lower() in ("bulk", "junk", "auto_reply"):
            return True
        if key == "content-type" and value.lower().startswith("multipart/report"):
            return True
    return message.sender.partition("@")[0] in ("mailer-daemon", "postmaster")


def is_system_account(message: Message) -> bool:
    """True if the sender's address belongs to a program or to root."""
    account = message.sender.partition("@")[0]
    return not account or bool(_SYSTEM_ACCOUNT.fullmatch(account.partition("+")[0]))


def sign(message: Message) -> str:
    """What shows that a person wrote this mail, "" if nothing does."""
    if is_automatic(message):
        return ""
    if forbids(message):
        return "it is a reply, a forward, signed, or made with a mail program"
    first = next((line.strip() for line in message.text[:4000].split("\n") if line.strip()), "")
    has_greeting = len(first) < 100 and bool(_GREETING.match(first))
    has_closing = bool(_CLOSING.search(message.text[-2000:]))
    if has_greeting and has_closing:
        return "it greets and closes as people do"
    return "" if is_system_account(message) else _sign_of_account(message, first, has_greeting or has_closing)


def _sign_of_account(message: Message, first: str, has_manners: bool) -> str:
    """The weaker signs, which count where the address is no program's."""
    received = message.headers_named("received")
    # The name of an account stands there also when its script sends.
    is_local = bool(received) and bool(_LOCAL_SUBMISSION.search(received[-1]))
    has_name = bool(_PERSONAL_NAME.fullmatch(message.sender_name)) and not _MACHINE_WORDS.search(message.sender_name)
    has_words = bool(_OWN_WORDS.search(message.text[:4000])) and bool(_OWN_WORDS.search(f"{message.subject} {first}"))
    signs = (
        (has_manners, "a person's address, and it greets or closes as people do"),
        (has_words, "a person's address and words"),
        (has_name and not is_local, "a person's name"),
        (bool(received) and bool(_WITH_LOGIN.search(received[-1])), "a person's address, handed in with a login"),
        (
            bool(_MAIL_DOMAIN.fullmatch(message.sender.rpartition("@")[2])) and not is_local,
            "an address of a mail domain, no account of a host",
        ),
    )
    return next((text for is_there, text in signs if is_there), "")
