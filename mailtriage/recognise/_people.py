"""The signs of a person, and of a machine, in a mail.

No header proves a person. So the signs are graded: some forbid that a machine kind is claimed at all, some show a
person only where nothing says a machine sent it. A wrong `human` is passed on unchanged: noisy, but safe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from mailtriage.recognise import _reports, _tickets, _typed
from mailtriage.recognise._jobs_words import is_trouble
from mailtriage.recognise._letters import addresses, body, greets, is_letter, is_polite, name_below, named, salutes, signature, takes_leave
from mailtriage.recognise._quotes import quotes
from mailtriage.recognise._speech import QUESTION, asks, is_alarming, mentions_fault, says_i, says_i_itself, says_we
from mailtriage.types import Message

_REPLY = re.compile(
    r"(?:\[[^\]\n]{1,60}\] ?)?(?:re|fwd?|aw|wg|antw|antwort|sv|vs|vl|vb|tr|rv|rif|ref|ynt|ilt|odp|pd|res|enc|atb|vá|doorst|ответ"
    r"|пересл|fs|hos"
    r"|回复|回覆|答复|转发|轉寄|轉發|返信|転送|답장|전달)(?:\[\d{1,3}\]|\^\d{1,2})?\s?[::]",
    re.IGNORECASE,
)
_MAIL_PROGRAM = re.compile(
    r"thunderbird|apple mail|iphone mail|ipad mail|outlook|\bmutt\b|neomutt|roundcube|k-9|evolution|kmail|claws|sylpheed|horde"
    r"|squirrelmail"
    r"|rainloop|snappymail|sogo|zimbra|lotus|notes|eudora|the bat|alpine|\bpine\b|gnus|\bmu4e\b|wanderlust|rmail|airmail|postbox"
    r"|fairemail"
    r"|bluemail|mailmate|betterbird|icedove|seamonkey|open-xchange|gmail|yahoo|kopano|nine for android|samsung|aquamail|himalaya|aerc",
    re.IGNORECASE,
)
_ZABBIX_ID = re.compile(r"<[\w.]{1,200}@zabbix\.com>")  # on the first mail too, where nothing is replied to
_PGP = re.compile(r"^-----BEGIN PGP (?:SIGNED )?MESSAGE-----", re.MULTILINE)
_OWN_WORDS = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|my|me|we|you|your|please|could|ich|wir|bitte|je|vous|nous|yo)\b")
_PERSONAL_GREETING = re.compile(
    r"(?:hi|hello|hey|hallo|moin|servus|hej|hoi|ciao|salut|dear|liebe[rs]?)(?:,? (?:all|alle|team|everyone|everybody|folks|guys"
    r"|there|list|admins?|together|zusammen|tous"
    r"|[A-ZÄÖÜ][a-zäöüß]{1,20}(?: [A-ZÄÖÜ][a-zäöüß]{1,20})?))?[,!. ]*$",
    re.IGNORECASE,
)
_FORM_GREETING = re.compile(
    r"dear (?:valued |our )?(?:hostmaster|webmaster|postmaster|owner|holder|user|customer|client"
    r"|subscriber|member|administrator|admin|sir|madam|account|partner|domain"
    r"|registrant|zimbra|vmware|nas|system)"
    r"|hello,? (?:valued )?(?:customer|user|subscriber)|(?:sehr geehrte[rs]? )(?:kunde|kundin|nutzer|damen)|cher client|estimado cliente",
    re.IGNORECASE,
)
_FORM_WORDS = re.compile(
    r"\bautomatically (?:generated|sent|created)\b|\bautomated (?:message|e-?mail|notification)\b|\bdo not (?:reply|respond)\b"
    r"|\bunsubscribe\b|\bautomatisch (?:generiert|erstellt)"
    r"|\bsent (?:to you )?(?:using|from) (?:an? |the )?[\w \"'-]{1,60}(?:\bdevice|\bprinter|\bscanner|\bcopier|\([^()\n]{1,40}\))"
    r"|\bscanned from\b|\bthis (?:e-?mail|message|notice) (?:has been|was) (?:automatically )?sent (?:to|by|from|because)\b"
    r"|\byou (?:are receiv|receiv|have received)\w* this (?:e-?mail|message|notification)\b|\bview (?:it "
    r"|this e-?mail )?in (?:your|a) browser\b",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"^(?:Sent with Proton ?Mail"
    r"|Sent from (?:my|Mail for|Yahoo|Outlook|Proton)|Von meinem \w+ gesendet|Gesendet (?:von|mit)|Envoyé de(?:puis)? mon"
    r"|Enviado desde mi|Inviato da(?:l mio)? |Verstuurd vanaf|Skickat från"
    r"|Get Outlook for|Diese Nachricht wurde von meinem|iPhoneから送信|发自我的|Отправлено (?:с|из) )",
    re.MULTILINE,
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u3040-\u9fff\uac00-\ud7af]")
_MACHINE_SIGNED = re.compile(
    r"^(?:(?:best|kind|warm)?\s?(?:regards|wishes)|cheers|thanks|sincerely|yours|bye"
    r"|(?:viele |liebe |beste |mit freundlichen )?gr(?:ü|ue)(?:ß|ss)en?"
    r"|cordialement|merci|saludos|saluti|groeten),?\s{1,3}(?:(?:the|your|dein|deine|ihr|ihre|votre|le|la|il|el|tu|su) )?[\w -]{0,30}?"
    r"(?:\b|(?<=[a-zäöüß]))(?:team|server|script|system|dienst|bot|robot|daemon|nas|plesk|cpanel|cron|monitor\w*|backup|diskstation"
    r"|serveur|servidor|skript"
    r"|fail2ban)[.!]?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
# A leave, and below it no name but a file or a host: `renew-cert.sh`, `img3`.
_SIGNED_BY_FILE = re.compile(r"^[^\W\d_][^\n:=\d]{1,40},?\n{1,2}(?=\S*[\d_/]|\S*\w\.\w{2})[\w./-]{2,80}\s*\Z", re.MULTILINE)
_PATCH = re.compile(r"^Signed-off-by: [^\n<]{1,80}<[^>\n]{1,200}>$", re.MULTILINE)
_ATTACHED_MAIL = re.compile(r"(?:\A|^\n)From: [^\n]{1,500}\n(?:(?:To|Date): [^\n]{0,2000}\n){0,2}Subject: ", re.MULTILINE)
_REPLY_DOMAIN = re.compile(r"@([\w.-]+)")
_OWNED = re.compile(r"(?:ihre?|deine?|your|votre|tu|su|vuestro|uw|je|il tuo|la tua|twój|twoja|váš|vaše|din|ditt) ", re.IGNORECASE)
_YOURS = re.compile(r"(?:ihr|ihre|deine?|your|votre|tu|su|uw|jouw|il (?:tuo|suo)|la (?:tua|sua)|o seu|a sua) [^\W\d_]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[^\W_][\"”»)]?[.!?](?=\s|$)|[。！？]")
_WEB_FORM = re.compile(
    r"\bcontact form\b|^Message Body:|\bKontaktformular|\bformulaire de contact|\bformulario de contacto|\bmodulo di contatto"
    r"|\bcontactformulier|\bkontaktformulär|\bformularz\w* kontaktow|\bkontaktní\w* formulář",
    re.MULTILINE | re.IGNORECASE,
)
_LONGEST_NOTE = 400
_LONGEST_TYPED = 1500  # what somebody types without a greeting and without a name
_NOTE_WORDS = re.compile(
    r"(?<!\S)[:;]-?[)D](?!\S)"
    r"|\bplease (?:log ?(?:out|off)|save your|call|tell|ring|bear with)\b|\b(?:call|ask|tell|ring|ping) me\b|\bwas me\b|\b(?i:sorry),"
    r"|\bbitte (?:abmelden|ausloggen|speichern)\b"
)
_CANNOT = re.compile(
    r"\b(?:could|can|did|does|do|is|was|has) ?n[o'’]t\b|\bdown\b|\bproblem|\bnicht\b|kaputt|impossible|\bwrong\b", re.IGNORECASE
)
_HUMAN_ACCOUNTS = ("root", "toor", "operator", "postmaster")  # people write from them too
_ENOUGH = 3
_AUTOMATIC = (
    "x-jenkins-job",
    "x-gitlab-project",
    "x-github-reason",
    "x-autoreply",
    "x-autorespond",
    "x-cron-env",
    "feedback-id",
)
_SEALED = ("multipart/signed", "multipart/encrypted", "application/pkcs7", "application/x-pkcs7")
_LIST_HEADERS = frozenset(("list-post", "list-id", "list-archive", "mailing-list", "x-mailing-list", "x-beenthere"))
_SYSTEM_ACCOUNT = re.compile(
    r"root|toor|daemon|operator|bin|cron|crond|anacron|nobody|www|www-data|apache|nginx|httpd|postgres|pgsql|mysql|mariadb|redis"
    r"|mongodb|nagios|icinga2?|zabbix"
    r"|monit|munin|smartd|smartmontools|mdadm|zed|zfs|sanoid|backup\w*|bacula|bareos|borg\w*|restic|amanda|rsnapshot|veeam|vzdump"
    r"|pve|proxmox|ossec\w*|wazuh|logcheck"
    r"|logwatch|fail2ban|denyhosts|arpwatch|clamav|rkhunter|tripwire|aide|samhain|puppet|ansible|salt|chef|foreman|jenkins|gitlab"
    r"|git|ci|buildbot|svn|gerrit"
    r"|(?:[\w.-]{1,40}[._-])?(?:no-?reply|do-?not-?reply)(?:[._-][\w.-]{1,60})?|asterisk|(?:free)?pbx|voice-?mail|flexlm|wordpress"
    r"|plesk|cpanel"
    r"|expiry|jira|confluence|otrs|glpi|redmine|mantis|bugzilla|nextcloud|owncloud|moodle|mediawiki|sonarqube|nexus|artifactory"
    r"|dmarc\w*|notify|notifications?|notifier|alerts?|alarms?|alertmanager|prometheus|grafana|monitor\w*"
    r"|monitoring|watchdog|system|sysmon|syslog|server|services?"
    r"|postmaster|mailer-daemon|mail|mailman|bounces?|listserv|majordomo|ups|nut|apcupsd|apc|idrac\w*|ilo\w*|ipmi|bmc|drac"
    r"|switch\w*|router\w*|firewall|pfsense"
    r"|opnsense|truenas|freenas|nas\d*|synology|qnap|printer\w*|scanner\w*|copier\w*|vcenter|esxi?|vmware|xen|certbot|letsencrypt"
    r"|acme|unattended\w*|apt\w*|yum|dnf\w*"
    r"|reports?|reporter|robot|bot|auto\w*|script\w*|job\w*|deploy\w*|tasks?|scheduler|librenms|observium|cacti|netdata|sensu"
    r"|checkmk|cmk|omd|updates?|security|abuse"
)
# Offices, where people write too, but more often forms are sent.
_OFFICE = re.compile(
    r"(?:support|info|sales|orders?|expiry|billing|invoices?|accounts?|domains?|registrar|hostmaster"
    r"|news\w*|marketing|contact|hello|team|customer\w*|licen[sc]\w*)"
    r"(?:[._-]\w+)?|(?:ilo|idrac|ipmi|bmc|vcenter|esxi?|nas|ups|pdu|kuma|netdata|uptime|server|srv|host|node)[\w.-]*"
)
_MACHINE_WORDS = re.compile(
    r"\bkuma\b|netdata|registrar|hosting|\bteam\b|billing|\bsales\b|\bsupport\b|\b(?:inc|ltd|llc|gmbh|corp)\b|newsletter|\bnews\b"
    r"|daemon|system|monitor|alert|server|root|cron|backup|notif|service|mail|report|robot|\bbot\b|agent|zabbix|nagios|icinga"
    r"|admin(?:istrator)?$|automat|delivery|account|owner|check|watch|scan|certificate|\bssl\b|\bjobs?\b|scheduler|software|program"
    r"|security"
    r"|\btool|manager|database|website|report",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,4}")
_LOCAL_SUBMISSION = re.compile(r"from userid \d|\bwith local\b|^\(from [^ )]+\)|\(uid \d+\)|invoked by uid")
_WITH_LOGIN = re.compile(r"\bwith (?:E?SMTPS?A|UTF8SMTPS?A|HTTPS?)\b")  # RFC 3848: authenticated submission
_MAIL_DOMAIN = re.compile(r"[^.]+\.(?:[^.]+|(?:co|com|ac|or|ne|org|net|gov|edu|gob)\.[a-z]{2})")


def forbids(message: Message) -> bool:
    """True if a sign is so strong that no machine kind may be claimed."""
    subject = message.subject
    if (":" in subject or "：" in subject) and _REPLY.match(subject):
        return True
    names = {name.lower(): value for name, value in message.headers}
    if "references" in names or not _ZABBIX_ID.fullmatch(names.get("in-reply-to", "<1@zabbix.com>")):
        return True
    program = names.get("x-mailer", "") + names.get("user-agent", "")
    if program and _MAIL_PROGRAM.search(program):
        return True
    kind = names.get("content-type", "").lower()
    if kind.startswith(_SEALED):
        return True
    text = message.text
    if quotes(text) or ("-----BEGIN PGP " in text and _PGP.search(text[:20000])):
        return True
    # A body without a header has only its words to tell: a person who pastes a report says so in their own.
    return _is_bare_letter(message) if not names else not is_system_account(message) and _is_letter(message, kind)


def _is_letter(message: Message, kind: str) -> bool:
    """True if another mail is attached, as people and lists do, or above a report somebody greets and says I or asks."""
    text = message.text
    if kind.startswith("multipart/mixed") and _ATTACHED_MAIL.search(text[:20000]):
        return True
    if not greets(text[:200].lstrip().partition("\n")[0].rstrip()):
        return False
    is_said = says_i(text[:800]) or asks(text[:800])
    return is_said and not is_automatic(message) and _score(message) >= _ENOUGH


def _is_bare_letter(message: Message) -> bool:
    if "Signed-off-by: " in message.text and "\ndiff --git " in message.text and _PATCH.search(message.text[:20000]):
        return True
    score = _score(message)
    if score < _ENOUGH:
        return False
    text = message.text
    if says_i(text[:800]) or asks(text[:2500]) or _PHONE.search(text[-1500:]):
        return True
    if score == _ENOUGH and not _is_persons(signature(text[-2000:])):
        return False
    return says_i(text[:2500]) or not _is_form_letter(text)


def _is_form_letter(text: str) -> bool:
    """True if a letter says no more than a machine has to say: a fault in a sentence, or among lines of an output, or how yours is."""
    said = body(text)
    if QUESTION.search(said) or mentions_fault(said):
        return False
    if _YOURS.match(said) or _FORM_WORDS.search(text):
        return True
    return len(_SENTENCE_END.findall(said)) < 2 and (is_alarming(said) or any(map(is_trouble, said.split("\n"))))


def has_own_words(line: str) -> bool:
    """True if the line reads as written by a person: a greeting, or words of I and you."""
    return greets(line.strip()) or bool(_OWN_WORDS.search(line[:300]))


def is_automatic(message: Message) -> bool:
    """True if the sender itself says that no person sent this."""
    names = {name.lower(): value.lower() for name, value in message.headers}
    if names.get("feedback-id", "").endswith(":proton"):
        del names["feedback-id"]  # Proton puts it on the mail of people
    if any(name in names for name in _AUTOMATIC) or not names.get("auto-submitted", "no").startswith("no"):
        return True
    # What people write to a list bears the marks of bulk.
    # The agents of a ticket system do so too, which answers by itself in words of a form.
    is_agent = "rt-originator" in names and _score(message) >= _ENOUGH
    is_list = is_agent or not _LIST_HEADERS.isdisjoint(names) or names.get("sender", "").startswith("owner-")
    if names.get("precedence", "") in ("bulk", "junk") and not is_list:
        return True
    if names.get("precedence") == "auto_reply" or names.get("content-type", "").startswith("multipart/report"):
        return True
    if "x-list-administrivia" in names:
        return True
    account = message.sender.partition("@")[0]
    is_thread = "references" in names or bool(_REPLY.match(message.subject))
    # Exchange puts its own header on some mails of people too; a newsletter can be left, but nobody can write to it.
    is_bulk = "x-auto-response-suppress" in names or ("list-unsubscribe" in names and not is_list) or account == "postmaster"
    return account == "mailer-daemon" or (is_bulk and not is_thread)


def is_system_account(message: Message) -> bool:
    """True if the sender's address belongs to a program or to root."""
    return _is_system(message.sender.partition("@")[0])


@lru_cache(maxsize=4096)
def _is_system(account: str) -> bool:
    return not account or bool(_SYSTEM_ACCOUNT.fullmatch(account[:200].partition("+")[0]))


def sign(message: Message) -> str:
    """What shows that a person wrote this mail, "" if nothing does."""
    names = {name.lower(): value.lower() for name, value in message.headers}
    if names and _tickets.is_theirs(names, message.text) and _is_typed_in(message, names):
        return "a person typed this, and a ticket system carries it"
    if is_automatic(message):
        return ""
    if forbids(message):
        return "it is a reply, a forward, signed, made with a mail program, or in a person's words"
    return _sign_of_words(message)


def _sign_of_words(message: Message) -> str:
    score = _score(message)
    # Vendors greet and take their leave as people do, but do not say I.
    is_robot = is_system_account(message) and message.sender.partition("@")[0] not in _HUMAN_ACCOUNTS
    is_root = message.sender.partition("@")[0] in _HUMAN_ACCOUNTS
    is_own = _is_said_by_root(message.text) if is_root else not is_robot
    # BackupPC writes letters as short as a note: somebody who greets and takes his leave says I or we there, or wants something.
    is_said = is_own or not is_letter(message.text) or _speaks(message.text)
    if _is_handed_on(message) and _WEB_FORM.search(f"{message.subject}\n{message.text[:200]}\n{message.text[-500:]}"):
        return "somebody filled in a form on a web page"
    if score >= _ENOUGH and message.headers and (is_own or _is_handed_on(message) or says_i(message.text[:2500])):
        return "it is in a person's words"
    is_short = len(message.text) <= _LONGEST_NOTE and not is_alarming(message.text) and _is_short_text(message, score)
    if is_root and (_is_note(message.text) or (is_short and is_said)):
        return "a short note in a person's words"
    if not message.headers and (_typed.is_answer(message.text) or _is_short_text(message, score)):
        return "a short text that somebody typed"
    return "" if is_system_account(message) or score < 0 else _sign_of_account(message, score)


def _is_said_by_root(text: str) -> bool:
    """Whether a letter of root is a person's: it asks, or a name stands below what is no fault alone."""
    return asks(text[:2500]) or (_is_persons(signature(text[-2000:])) and not _is_form_letter(text))


def _speaks(text: str) -> bool:
    """Whether a person speaks in the text: I, we, a question, or as programs do not."""
    return says_i(text) or says_we(text) or bool(QUESTION.search(text)) or _typed.points(body(text))[1] > 0


def is_ticket_notice(message: Message, names: Mapping[str, str]) -> bool:
    """True if a ticket system says by itself that it took, changed or closed something, and nobody typed a word."""
    if not _tickets.is_theirs(names, message.text) or _is_typed_in(message, names):
        return False
    own = _tickets.typed(message.text)
    is_empty = len(own.split()) < 2 and not _tickets.is_by_robot(names, message.sender_name, message.text)
    return is_empty or _tickets.is_by_itself(message.subject, own)


def _is_typed_in(message: Message, names: Mapping[str, str]) -> bool:
    """Whether somebody typed the text a ticket system carries."""
    if _tickets.is_by_robot(names, message.sender_name, message.text):
        return False
    own = _tickets.typed(message.text)
    if not any(letter.isalpha() for letter in own):
        return False
    is_said = says_i(own[:2500]) or asks(own[:2500])
    if _tickets.is_by_itself(message.subject, own) and not is_said:
        return False
    if _tickets.says_who(message.text):
        return True
    is_thread = "in-reply-to" in names or "references" in names
    author = _tickets.author(names, message.sender_name)
    is_named = bool(author) and not _MACHINE_WORDS.search(author) and not _is_system(author.lower())
    if is_thread and is_named and len(own.split()) >= 3 and not _typed.has_structure(own):
        return True
    return (is_said or bool(QUESTION.search(own))) and _score(replace(message, text=own)) >= _ENOUGH


def _is_short_text(message: Message, score: int) -> bool:
    """True if a text that has no header to tell was typed: it is no form, and an alarm must speak more than once as people do."""
    text = message.text
    is_form = score < 0 or bool(_FORM_WORDS.search(text)) or _tickets.is_by_itself("", text)
    if len(text) > _LONGEST_TYPED or is_form or _typed.has_structure(text):
        return False
    n, n_strong = _typed.points(text)
    is_said = says_i_itself(text) or asks(text)
    is_own_letter = score >= _ENOUGH and not _is_form_letter(text)
    if is_alarming(text) or _CANNOT.search(text):
        return is_said or is_own_letter or n_strong >= 2 or (n_strong > 0 and score + n > _ENOUGH)
    return is_said or is_own_letter or (n_strong > 0 and score + n >= 2)


def _is_handed_on(message: Message) -> bool:
    """Whether a form on a web page sent this for somebody, who is to be answered elsewhere."""
    found = _REPLY_DOMAIN.search(message.header("Reply-To")[:1000])
    return found is not None and found[1].lower() != message.sender.rpartition("@")[2]


def _is_note(text: str) -> bool:
    """True for what somebody writes by hand on a host: a few sentences that no alarm speaks in."""
    if len(text) > _LONGEST_NOTE or is_alarming(text) or _FORM_WORDS.search(text) or _MACHINE_SIGNED.search(text):
        return False
    return bool(says_i(text) or _NOTE_WORDS.search(text))


def asks_at_the_end(text: str) -> bool:
    """True if the last paragraph is a person's question, as below a mail that was pasted."""
    last = text.rstrip()[-1500:].rpartition("\n\n")[2]
    return bool(QUESTION.search(last)) and (says_i(last) or asks(last))


def reads_as_person(message: Message) -> bool:
    """True if the text alone shows a person, whoever it is from."""
    first = message.text.lstrip()[:400].partition("\n")[0]
    return _score(message) >= _ENOUGH or says_i(first)


def _score(message: Message) -> int:
    """How much the text reads as a person's words: from 3 on it does; below 0 it reads as a form."""
    text = message.text[:4000]
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if not message.headers and not _typed.has_structure(body(text)):
        first = first.removesuffix(":").rstrip()  # as Spaniards and Americans greet, and scripts
    own = "\n".join(line for line in text.split("\n") if line[:1] not in (">", "|", " ", "\t"))
    is_said = says_i(own[:2500])
    is_asked = asks(own[:2500])
    if len(first) < 200 and _FORM_GREETING.match(first) and not is_said and not is_asked:
        return -2
    score = 2 * is_said
    is_greeted = len(first) < 100 and greets(first)
    is_named = addresses(first[:200])
    if is_greeted:
        is_general = first.rstrip(" ,!.").lower() in ("hi", "hello", "dear")
        is_named = (
            is_named
            or (bool(_PERSONAL_GREETING.fullmatch(first)) and not is_general)
            or (_is_persons(named(first)) and not _FORM_GREETING.match(first))
        )
    score += is_greeted + is_named
    if is_asked:
        score += 2 if "?" in first and asks(first[:400]) else 1
    has_question = bool(QUESTION.search(own[:2500]))
    end = message.text[-2000:]
    # Without a header, a name alone below the last sentence of what was greeted.
    is_signed = _is_persons(signature(end)) or (is_greeted and not message.headers and _is_persons(name_below(end)))
    score += (takes_leave(end) or is_signed) + is_signed + has_question + 3 * bool(_PHONE.search(message.text[-1500:]))
    has_own_words = is_said or is_asked or has_question or is_polite(own[:2500])
    if not message.headers:  # vendors say "you" as well: where there is a sender, it tells more
        has_own_words = has_own_words or bool(_OWN_WORDS.search(own[:2500]))
    # No machine begins with a word that is neither a greeting nor a label.
    is_saluted = not is_greeted and salutes(first)
    if is_signed and (is_named or is_saluted or (is_greeted and has_own_words)):
        score += 3  # the form of a letter, from the first line to the last
    elif is_signed and has_own_words:
        score += 1
    if is_named and has_question and not is_signed and own.count("\n") <= 3:
        score += 2  # a question to somebody, and no more than that
    if _SIGNED_BY_FILE.search(end) or (not is_said and _MACHINE_SIGNED.search(end)):
        score -= 3
    score += bool(re.search(r"^> ?\w", text, re.MULTILINE)) and score > 0
    if _FORM_WORDS.search(own) or _FORM_WORDS.search(message.text[-1500:]):
        return score - 2
    return score


def _is_persons(name: str) -> bool:
    if _OWNED.match(name) or _MACHINE_SIGNED.match(f"Regards\n{name}"):
        return False
    return bool(name) and not _MACHINE_WORDS.search(name) and not any(_is_system(word.lower()) for word in name.split())


def _sign_of_account(message: Message, score: int) -> str:
    """The weaker signs, which count where the address is no program's."""
    received = message.headers_named("received")
    # The name of an account stands there also when its script sends.
    is_local = bool(received) and bool(_LOCAL_SUBMISSION.search(received[-1]))
    has_name = bool(_PERSONAL_NAME.fullmatch(message.sender_name)) and not _MACHINE_WORDS.search(message.sender_name)
    line = f"{message.subject} {message.text.strip()[:300]}"
    if score < _ENOUGH and not QUESTION.search(line):
        account = message.sender.partition("@")[0]
        if _OFFICE.fullmatch(account) or (_MACHINE_WORDS.search(message.sender_name) and not says_i(message.text[:2500])):
            return ""
    if score < 1 and not QUESTION.search(line) and not says_i(message.text[:4000]) and _reports.is_machines(message, _headers(message)):
        return ""
    signs = (
        (score >= 1, "a person's address, and words of a person"),
        (bool(QUESTION.search(line)), "a person's address, and a question"),
        (bool(_OTHER_SCRIPT.search(line)) and has_name, "a person's name and language"),
        (not is_local and bool(_OWN_WORDS.search(message.text[:4000])), "a person's address and words"),
        (has_name and not is_local, "a person's name"),
        (bool(received) and bool(_WITH_LOGIN.search(received[-1])), "a person's address, handed in with a login"),
        (
            bool(_MAIL_DOMAIN.fullmatch(message.sender.rpartition("@")[2])) and not is_local,
            "an address of a mail domain, no account of a host",
        ),
    )
    return next((text for is_there, text in signs if is_there), "")


def _headers(message: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in message.headers}
