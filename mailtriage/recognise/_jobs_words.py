"""Counts the lines of a text that speak of trouble, for jobs and scripts nobody wrote a recogniser for.

RE2 has no look-around, so healthy wordings (`error_log`, `if it fails`) and counts of nothing (`0 errors`, `failed: 0`) are cut out of
a line first, as the floor does; what is left decides. What is known to be a lesser complaint is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from mailtriage.recognise._jobs_tables import without_headings
from mailtriage.recognise._jobs_tongues import NOTHING, TROUBLE
from mailtriage.recognise._measures import measure
from mailtriage.types import Measure
from mailtriage.zeros import cut

_LONGEST_WORD = 60
_LONGEST = 2000  # of a longer line its beginning and its end are looked at
_BAD = (
    r"(?:errors?|failures?|failed|fails|failing|faults?|problems?|issues?|warnings?|alerts?|alarms?|criticals?|corrupt(?:ed"
    r"|ions?)?|broken|missing"
    r"|unreachable|rejected|refused|denied|aborted|bad|dead|defects?|mismatch(?:es|ed)?|conflicts?|exceptions?|crashe[ds]"
    r"|timeouts?|timed out"
    r"|infected|threats?|viruses|malware|vulnerabilit(?:y|ies)|invalid|lost|dropped|skipped|unavailable|expired|offline"
    r"|incidents?|complaints?|stale|overdue"
    r"|unresponsive|inconsisten(?:t|cies)|discrepanc(?:y|ies)|outages?|stuck|hung|zombies?|down|degraded|faulted|defunct)"
)
_FILL = r"(?:[a-z][\w/-]{0,19} ){0,3}"
# Wordings that state health, or name a thing after the trouble it is for.
_HEALTHY = (
    rf"\b(?:no|none|zero|without(?: any)?|free of|nothing) {_FILL}{_BAD}(?:\b|$)",
    rf"\b(?:not|never) (?:\w+ )?{_BAD}(?:\b|$)",
    r"\b(?:did|do|does)(?: not|n't) fail\b",
    r"\b(?:nothing|none|not|never|no longer|no) (?:is |are |was |were )?(?:down|stopped|full|critical)\b",
    r"\berrors: no known data errors\b",
    r"\bfailed/degraded *: *\d+/0/0\b",  # arcconf
    r"\bcannot load [\w ]{1,40} - it was already loaded\b|\btable does not support optimize\b"
    r"|\berror summary: *no errors found\b",
    r"\b\d+ ?/ ?\d+ ok\b",
    # Names of files, variables, options, addresses.
    r"(?:https?|ftp|file)://\S+",
    r"(?:^|[\s\"'(\[<=])(?:~|\.{1,2})?/[\w.+@/-]+[\w+@/-]",
    r"\b[\w.+-]+/[\w.+@-]+/[\w.+@/-]*[\w+@/-]",
    r"\b[\w.+-]+/[\w.+@-]*[._][\w.+@/-]+",
    r"\b[\w-]*(?:error|fail|alert|crit|warn|panic|fatal|abort|exception|corrupt|expir|denied|reject|refus|broken|invalid|missing|alarm"
    r"|problem|fehler|erreur|fout)[\w-]*\.[a-z][\w.]{1,20}\b",
    # Rows a database has yet to clear away; errors a drive put right by itself are shown by a rule (jobs_failures/corrected-errors).
    r"\bdead (?:tuples?|rows?|row versions?)\b|\b[1-9]\d? (?:soft|corrected|correctable|recovered) (?:\w{1,12} )?errors?\b"
    r"|\b(?:soft|corrected|correctable|recovered) (?:\w{1,12} )?errors? *[:=] *[1-9]\d?(?:[\s,;)]|$)",
    r"\b(?:error|fail|alert|exception|warning|fatal|abort|critical|expired?)_\w+",
    r"\b[a-z]\w*_(?:errors?|fail|alerts?|exceptions?|warnings?)\b",
    r"\b[a-z0-9]+(?:::|->)\w+",
    r"\bfail(?:2ban|over|safe|back|fast)\w*\b",
    r"\bfail-(?:over|safe|back|fast)\b",
    r"\b(?:non-?fatal|error-?free|fault-?tolerant|error[- ](?:handling|handler|reporting|logs?|correct(?:ion|ing)|pages?|codes?: 0))\b",
    r"\bexit(?:ed)?(?: with)?(?: (?:code|status))?:? 0\b",
    r"--[a-z][\w-]+(?:=\S+)?",
    # What would be, what was looked for, what is over.
    r"\b(?:if|unless|in case(?: of)?|in the event|whether|until|when it|even if|should) (?:\S{1,30} ){0,5}?"
    r"(?:fails?|failed|failures?|errors?|cannot|can't|could not|problems?|expires?|crash(?:es)?|exceeds?|refused|denied)\b",
    r"\b(?:check|scan|search|look|test)\w* for (?:\S{1,20} ){0,3}?"
    rf"(?:{_BAD})\b(?:\.{{2,}}| *$)",
    r"\b(?:remov|delet|clean|purg|prun|clear|expir|rotat|evict|drop)(?:ed|ing)? "
    r"(?:[^\s;,]{1,20} |[^\s;,]{1,20}, [^\s;,\d][^\s;,]{0,19} ){0,3}?(?:[^\s;,]{1,20}, )?(?:expired|stale|broken|dead"
    r"|failed|invalid|missing|aborted)\b",
    r"\b\d+ expired (?:\w+ ){0,2}(?:removed|deleted|purged|cleaned|sessions?|entries|keys|files)\b",
    r"\bexpired (?:sessions?|entries|cache|keys|files|posts|backups?|snapshots?|tokens?|log)s?\b",
    r"\b(?:shut(?:ting)?|slow(?:ing|ed)?|cool(?:ing|ed)?|roll(?:ing|ed)?|count|tear(?:ing)?|narrow(?:ed)?|drill) ?-?down\b",
    r"\b(?:cannot|can't) be undone\b",
    r"\bno (?:\S{1,30} ){1,3}(?:is|are|was|were) (?:down|unreachable|missing|full|stopped)\b|\blevel (?:to|is"
    r"|=) ?error\b",
    r"\b(?:errors?|problems?|issues?|failures?|faults?) (?:\w+ ){0,2}(?:corrected|fixed|resolved|repaired|cleared)\b",
    r"\bfailed (?:password|login|logins|publickey|none|keyboard-interactive|authentication|auth)\b",
    r"\bcritical (?:updates?|section|path)\b",
    r"\b(?:subject|message|mail|user|page|line) not found in (?:cache|index)\b",
    r"\bnot (?:yet )?due\b",
    r"\b(?:HTTP(?:/[\d.]+)?|status|code|returned|response)(?: code)?[:= ]+(?:20[0-46]|30[1-478])\b",
    r"\bno (?:further |other |user |immediate )?(?:action|intervention|attention) (?:is |was )?(?:required|needed|necessary)\b",
    # Tables of health: smartctl, nvme, btrfs, MegaCli, storcli, lm-sensors, aureport.
    r"\buse smartctl -X to abort test\b|\bwhen_failed raw_value\b|\b(?:pre-fail|old_age) +(?:always|offline) +- +\d"
    r"|^ *\d{1,3} \w*_error_\w+ +0x[0-9a-f]{4}\b|^no errors logged$|\blba_of_first_error\b",
    r"^critical composite temperature time *: *0$|^endurance group critical warning summary *: *0$",
    r"^\[/dev/\S+\]\.\w+_errs +0$|\bneeds ekm attention: no\b|^intrusion\d: +OK$|\bmsngcbl=cable failure\b|^anomaly report$",
    r"^history file not found\.\.\.$",  # the first run of webalizer
)
_TROUBLE = (
    r"\bfail(?:ed|ures?|ing|s|ure\(s\))?\b|_FAILED\b|\bfailed[_-]",
    r"\b(?:error|errors|fault) ?(?:\(s\))?(?:\[\S{1,20}\])?(?: \S{1,25})? ?:",
    r"\b(?:e?rr|error)[\])>}]",
    r"(?-i:\bERR(?:OR)?S?\b|\bE: |\bFAIL\b|\bDOWN\b|\bALERT\b|\bCRIT\b|\bPROBLEM\b|\bDEAD\b|\bBAD\b|\bKO\b|\bNOK\b|\bNOT OK\b|\bDANGER\b)",
    r"\berrors? (?:has |have |was |were |is )?(?:occurr?ed|detected|encountered|found|reported|raised|thrown|happened|while|when"
    r"|during|in|on|at|from|code|number"
    r"|writing|reading|opening|creating|connecting|running|executing|processing|parsing|loading|sending|getting|retrieving"
    r"|fetching|updating|backing)\b",
    r"\b(?:an?|with|had|has|had some|got|gets?|due to|because of|encountered|[1-9]\d*) (?:\w{1,20} )?(?:errors?|failures?"
    r"|faults?|exceptions?)\b",
    r"^(?:subject: )?\W{0,3}(?:\S{1,40}: ?)?error\b",
    r"\b\w{2,40}(?:Error|Exception)\b(?:[:(]|$| in )",
    r"\b(?:uncaught|unhandled) \w+",
    r"\b(?:fatal|emerg(?:ency)?|panic|urgent|alarm)\b",
    r"\bcritical(?:ly)?\b",
    r"^(?:subject: )?\W{0,4}(?:\S{1,40} ?[:-] ?)?(?:alert|attention|alerte?|warnung)\b",
    r"\balert(?:s|ed)? ?[:!-]|\[alert\]|\bsecurity alert\b",
    r"\b(?:cannot|can not|can't|cant|couldn't|could not|unable to|not able to|impossible to|won't|was not able|did not|didn't"
    r"|wasn't|were not able)\b",
    r"\b(?:was|were|is|are|has|have) not (?:been )?(?:able|completed?|finished|created?|mounted|saved|copied|transferred|updated"
    r"|renewed|available|reachable|responding"
    r"|running|accessible|valid|found|working|done|performed|made|executed|started|successful|synchroni[sz]ed|in sync)\b",
    r"\bnot (?:running|responding|reachable|mounted|accessible|available|successful|completed|synchroni[sz]ed|in sync|connected"
    r"|recoverable|enough)\b",
    r"\b(?:incomplete|unsuccessful(?:ly)?|partially transferred|unrecoverable|not recoverable|in a bad state)\b",
    r"\b(?:abort(?:ed|ing|s)?|aborted|cancell?ed|giving up|gave up|bailing out|interrupted|terminated)\b",
    r"\b(?:timed[ -]?out|time-?out (?:was )?(?:reached|exceeded|expired|occurred|after|waiting|while)|(?:connection|read"
    r"|operation|request|gateway|lock(?: wait)?) time-?out)\b",
    r"\b(?:refused|unreachable|denied|unauthori[sz]ed|forbidden|rejected by)\b",
    r"\b(?:unavailable|inaccessible|unresponsive|no response|no answer|does not respond|doesn't respond|not answer(?:ing)?"
    r"|no route to host|no contact)\b",
    r"\b(?:is|are|was|went|gone|seems?|appears?|has been|now|currently|still|marked|host|server|site|website|service|link|status"
    r"|state) ?[:=]? (?:\w+ )?down\b",
    r"^subject: .*\bdown(?:time)?\b",
    r"\b(?:has|have|is|are|was|were|suddenly|unexpectedly) (?:stopped|died|crashed|hung|disappeared|vanished|exited"
    r"|been (?:stopped|killed|terminated|disabled|lost))\b",
    r"\b(?:crash(?:ed|es)?|segfault(?:ed)?|segmentation fault|core dumped|bus error|killed|died|dead|hung|hangs|stuck|deadlock(?:ed)?)\b",
    r"\b(?:corrupt\w*|damaged|broken|degraded|inconsisten\w+|unclean|mismatch(?:es|ed)?|malformed|truncated|checksum error)\b",
    r"\b(?:exceed(?:ed|s|ing)?|over (?:the )?(?:limit|quota|threshold)|above (?:the )?(?:limit|threshold|maximum)"
    r"|below (?:the )?(?:limit|threshold|minimum)"
    r"|too (?:many|high|low|large|old|big|long)|out of (?:disk|memory|space|swap|sync|range|inodes|date backup)|quota)\b",
    r"\b(?:no|not enough|insufficient|low|little|running out of|almost out of|lack of|limited) (?:\w+ ){0,2}(?:space|memory"
    r"|inodes|resources|diskspace)\b",
    r"\b(?:space|memory|disk|diskspace|swap|inodes?) (?:\w+ ){0,3}(?:low|full|exhausted|exceeded|critical|warning|alert|shortage)\b",
    r"\b(?:disk|diskspace|filesystem|partition|volume|mailbox|drive|root|tape) (?:\w+ ){0,3}(?:full|filling|almost full)\b",
    r"^subject: .*\b(?:disk ?space|disk usage|high (?:load|cpu|memory|temp\w*)|load average|overload\w*|over ?heat\w*)\b",
    r"\b(?:high|critical|excessive) (?:cpu |memory |disk |server |system )?(?:load|usage|temperature|utili[sz]ation)\b"
    r"|\boverload(?:ed)?\b|\boverheat\w*\b",
    r"\b(?:will expire|expir(?:es|ing|e) (?:in|within) \d+|expiring soon|about to expire|is expiring|due to expire)\b",
    r"\b(?:has|have|is|are|was|already|certificate|password|account|licen[sc]e|domain|subscription) (?:been )?expired\b"
    r"|\bexpired (?:certificate|password|licen[sc]e|account)\b|\bexpired (?:on|since) \d"
    r"|\bcertificat\w*\b.{0,80}\b[1-9]\d* (?:\w+ )?expired\b",
    r"\b(?:command|module|host|executable|interpreter|driver|library|table|database|server|repository|device|class|package"
    r"|source|backup|file|directory) (?:\S{1,60} )?not found\b",
    r": not found$",
    r"\b404 not found\b|\bHTTP(?:/[\d.]+)? (?:error |status )?[45]\d\d\b|\b(?:status|code|error|returned)(?: code)?:? [45]\d\d\b"
    r"|\b50[0234] (?:bad|internal|service|gateway)\b",
    r"\b(?:does not exist|doesn't exist|no longer exists|not exist|not found!)",
    r"\b(?:lost (?:connection|contact|communication|carrier|device)|(?:connection|contact|communication|link|carrier"
    r"|signal)s? (?:\w+ )?(?:was |is |has been )?"
    r"(?:lost|closed|reset|dropped|broken|down))\b|\bdisconnected\b|\bbroken pipe\b|\bunexpectedly\b",
    r"\b(?:missing|overdue|outdated backup|stale|too old|no recent|not seen|no backups?|no new backups?|last backup (?:is"
    r"|was) (?:older|more|over|too))\b",
    r"\b(?:exit(?:ed)?(?: with)?(?: (?:error|return|non-?zero))?(?: (?:code|status|value))?|returned (?:exit )?(?:code|status"
    r"|value)|(?:return|result|error|exit) ?code|rc|errno)"
    r"(?: ?[:=] ?| (?:was |is |of )?)(?:-\d|[1-9]\d{0,2})\b|\breturned [1-9]\d{0,2}(?: while| ?$)",
    r"\b(?:syntax error|undefined (?:method|function|symbol|reference|subroutine)|invalid (?:argument|option|credentials"
    r"|password|user|token|certificate|key|syntax)"
    r"|unknown (?:option|command|host|database|column|table|user)|unrecogni[sz]ed option|no such (?:device|host|process|table"
    r"|database|module|column|user|repository|identity)"
    r"|bad (?:interpreter|gateway|request|password|magic|file descriptor|substitution|decrypt)|stale (?:nfs )?file handle"
    r"|permission problem|illegal option|usage: )",
    r"^traceback \(most recent|^at \S+\([\w.]+:\d+\)$|\bstack trace\b|^curl: \(\d|\berror$|\bno such file or directory\b",
    r"\bcs:(?:wfconnection|standalone|timeout|unconnected)|\bds:\S*(?:dunknown|inconsistent|failed|diskless|outdated)|\bsplit-?brain\b",
    r"\bplease mount (?:append )?volume\b|\bnot (?:being )?backed up\b"
    r"|\b(?:account|store|storage|queue|inbox|log|table|pool) (?:\S{1,40} ){0,3}is (?:nearly |almost )?full\b",
    r"\bno (?:medium|media) (?:found|present)\b|\bexcessive\b|^subject: .*\b(?:alerts?|alarms?|attention|emergency)\b",
    r"\b[1-9]\d{3,} (?:messages|e?mails) .*\bqueue|\bqueue\b.*\b[1-9]\d{3,} (?:messages|e?mails)\b",
    r"\binfected\b|\bunexpected\b|\bunbound variable\b|\bconffile prompt\b|\b(?:infected files: [1-9]|intrus\w+|compromised"
    r"|hacked|malware|trojan|rootkit (?:found|detected)|suspicious|blacklisted"
    r"|blocklisted|is listed (?:in|on|at)|virus (?:found|detected))\b",
    r"\b(?:problems?|issues?|incidents?|outages?|anomal\w+|discrepanc\w+) (?:\w+ )?(?:detected|found|with|on|at|in|occurred"
    r"|while|during|report\w*|connecting)\b"
    r"|^subject: .*\b(?:problems?|issues?|incident|outage|fault)\b",
    r"\b(?:requires?|needs?) (?:\w+ )?(?:immediate )?(?:attention|intervention|action)\b|\b(?:action|attention"
    r"|intervention) (?:is )?(?:required|needed)\b",
    r"\b(?:replace|predict\w+ fail\w*|bad sectors?|pending sectors?|reallocated sectors?|smart (?:error|failure|warning))\b",
    r"\b[1-9]\d* (?:\w+ )?(?:hosts?|servers?|services?|nodes?|sites?|checks?) (?:are |is )?(?:down|unreachable|missing"
    r"|critical)\b|\b[1-9]\d*(?:\.\d+)?% packet loss\b",
    r"\b(?:is|are) \d+ (?:days?|hours?) old\b|\babnormal(?:ly)?\b|\bkernel oops\b|\b(?:address already|is) in use\b"
    r"|\bno server suitable\b|\bno snapshots exist\b|\bunprotected private key\b",
    r"\bbad (?:owner|array|file|permissions?|config\w*|option|format|date|data|state|response|header|address)\b|\binvalid \w+$"
    r"|_failure\b|_running: no\b",
    r"\b(?:does not|doesn't|do not|don't) (?:have|match|work|support|respond|contain|start|run)\b|\b(?:is|was|are) (?:0|zero) bytes\b",
    r"\bonly [\d.]+ ?[kmgt]?i?b?\b.*\b(?:free|left|available|remain\w*)\b|\bfree\b.* only [\d.]+|\bless than \d+ ?(?:%"
    r"|[kmgt]i?b\b).*\b(?:free|left|available)\b",
    r"^subject: .*\b(?:warn(?:ing)?|warnung|avertissement|advertencia|avviso|waarschuwing)\b",
    r"\balready exists\b|\bnot in \w+ format\b|\bunexpected end of file\b|\bI/O error\b|\b(?:is|are) required(?: to|$)|\bno \w+ found!",
    r"\b(?:login incorrect|must have a tty|wrong fs type|(?:is|are) busy|another \w+ is currently|currently unreadable"
    r"|not optimal|(?:dump|backup|archive|file) is empty|on battery"
    r"|replication lag|zombie process|needs? cleaning|merge conflict|connection closed by)\b",
    r"\bread-only file ?system\b|\bdevice (?:is )?busy\b|\binput/output error\b|\bno space left\b",
)
# A search that may not look everywhere, or a file that is gone already: a complaint, whatever the words.
_LESSER = (
    r"^(?:subject: )?(?:/\S*/)?(?:find|du|grep|ls|rm|rmdir|locate|updatedb\S*|chown|chmod|xargs|diff"
    r"|mandb): .*(?:no such file or directory|permission denied|not permitted"
    r"|directory not empty|is a directory|nicht gefunden|keine berechtigung|de ce type|permission non accordée"
    r"|no existe el .{1,40}|permiso denegado|non esistente|permesso negato"
    r"|bestaat niet|toegang geweigerd)\W*$",
    r"^tar: [^:]*: (?:file changed as we read it|file removed before we read it|socket ignored)",
    r"^(?:PHP )?(?:Deprecated|Notice|Warning|Strict Standards): .* in \S+ on line \d+$|^(?:svn|ld|zip) ?:? warning: ",
    r"^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \S+ (?:sshd|named|postfix\S*|sendmail|dovecot"
    r"|imapd?|pop3d?|ftpd|proftpd|vsftpd)\b",
    r"^(?:/\S*/)?(?:mandb|whatis|newsyslog): ",
    # logrotate, sa-update, munin and awstats fail until somebody mends their setup; nothing but logs and statistics suffers.
    r"^error: (?:\S+:\d+ |found error in |stat of |skipping \S|error running |error accessing |ignoring \S+ because |bad |destination "
    r"|unable to open \S+ for compression|failed to (?:rename|compress|open) )",
    r"^channel\b.*\bchannel failed$|^Update failed, exiting with code \d$|^\[(?:FATAL|ERROR)\] .*\bmunin\b"
    r"|^Lock already exists: |^Error: (?:SiteDomain parameter|Couldn't open server log)|^Error while processing /etc/awstats/",
    # Rules of their own speak of these, with better items.
    r"^run-parts: \S+ exited with return code|^[\w.-]+ +: ok=\d+ ",
    r"^apt-key net-update \(failure\)|^(?:download [a-z ]{1,30}|(?:auto)?clean) \(error\)|^Use of uninitialized value ",
    r"^invoke-rc\.d: (?:WARNING: No init system|action |policy-rc\.d denied)"
    r"|Could not reliably determine the server's fully qualified domain name",
    r"^Last Predictive Failure Event Seq Number: 0$",
    r"^\w+=[\w() -]+\|\w+=",  # the legend below storcli's tables
    r"^file has vanished: |^(?:fetch failed\.|No mirrors remaining, giving up\.|Fetching .* failed\.)$",
    r"^terminating with warning status|^(?:rsync|borg|tar) warning: |^gpg: WARNING: ",
    # logrotate -v on a log without older copies; docker pull; lego with a certificate that is not due.
    r"^(?:old|previous) log /\S+ does not exist$|^log /\S+ doesn't exist -- won't try to dispose of it$"
    r"|^glob finding (?:logs to compress|old rotated logs) failed$|^not running \w+ script, since no logs (?:were|will be) rotated$",
    # freshclam that does not reach its servers: it will, or the age of the signatures tells.
    r"^(?:(?:warning|error): )?(?:\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} -> )?[!^*]?(?:(?:warning|error): )?"
    r"(?:can't query current\.cvd|invalid dns reply|remote_cvdhead|failed to get \w+ database version|check_for_new_database_version"
    r"|update failed for database|database update process failed)",
    r"^use smartctl -x to abort test\.?$",
    r"^[0-9a-f]{12}: already exists$",
    r"^\S+ \S+ (?:\[INFO\] )?\[[\w.*-]+\] the certificate expires in (?:[3-9]\d|\d{3}) days, the number of days"
    r" defined to perform the renewal is \d+: no renewal",
)


# The name of a file, alone on its line as copying programs list them. A name of Java may be an exception.
_NAME = re.compile(r"(?!\S{0,500}(?:Error|Exception):?$)\S{1,500}(?:/\S{0,500}|\.[A-Za-z]\w{0,9})", re.ASCII)


class _Words(NamedTuple):
    healthy: Any
    trouble: Any
    foreign: Any  # apart from the English ones: one automaton for both outgrows its memory
    lesser: Any

    def tell_of_trouble(self, text: bytes) -> bool:
        return self.trouble.search(text) is not None or self.foreign.search(text) is not None


@cache
def _words() -> _Words:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    options.never_capture = True

    def joined(*patterns: str) -> Any:
        return re2.compile(("(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns)).encode(), options)

    return _Words(healthy=joined(*NOTHING, *_HEALTHY), trouble=joined(*_TROUBLE), foreign=joined(*TROUBLE), lesser=joined(*_LESSER))


def is_trouble(line: str) -> bool:
    """Whether the line tells of a failure, in one of some languages."""
    if len(line) > _LONGEST:
        line = f"{line[: _LONGEST // 2]} {line[-_LONGEST // 2 :]}"
    whole = text = line.strip().encode("utf-8", "replace")
    words = _words()
    if _NAME.fullmatch(line.strip()):
        return False
    if not words.tell_of_trouble(text) or words.lesser.search(whole) is not None:
        return False
    text = words.healthy.sub(b" ", text)
    if not words.tell_of_trouble(text):
        return False
    text = _bare(cut(text.decode("utf-8", "replace")).encode())
    # Cutting leaves a blank; repeated, as two wordings may share a blank.
    for _ in range(3):
        text, n_cuts = words.healthy.subn(b" ", text)
        if not n_cuts:
            break
        text = _bare(text)
    return words.tell_of_trouble(text)


def _bare(text: bytes) -> bytes:
    """The text without the marks that cutting leaves around it: patterns look at both its ends."""
    return text.lstrip(b" ,;:)]-").rstrip(b" ,;()[]")


def read_trouble(lines: Sequence[str]) -> tuple[Measure, ...]:
    """How many lines tell of a failure; the subject is a word by which the rulebook finds the first of them again."""
    found = without_headings(lines, [number for number, line in enumerate(lines) if len(line) > 2 and is_trouble(line)])
    return (measure("trouble_lines", _word_of(lines, found[0]), len(found)),) if found else ()


def _word_of(lines: Sequence[str], number: int) -> str:
    words = sorted((word for word in lines[number].split() if len(word) <= _LONGEST_WORD), key=len, reverse=True)
    own = (word for word in words[:8] if not any(word in line for line in lines[:number]))
    return next(own, words[0] if words else "")
