"""Mails of ticket and forge systems: RT, OTRS, Zammad, Zendesk, Jira, GitLab, GitHub, Gitea, Redmine, Phabricator, Bugzilla and their like.

They carry what a person typed, and what the system says by itself, under the same headers: `Auto-Submitted`, `Precedence: bulk`.
So the text is asked: the lines of the system are taken off, and what is left is a person's, or nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# The word behind `X-` of the headers each of them writes.
_SYSTEMS = frozenset(
    (
        "rt", "managed", "zendesk", "jira", "gitlab", "github", "gitea", "forgejo", "redmine", "phabricator", "bugzilla", "trac",
        "otrs", "znuny", "zammad", "freshdesk", "freshservice", "fd", "mantis", "mantisbt", "launchpad", "gerrit", "discourse",
        "helpscout", "atlassian", "bitbucket", "glpi", "osticket", "intercom", "youtrack", "kayako", "sourcehut", "codeberg",
        "azuredevops", "servicenow", "sympa", "debian", "openproject", "taiga", "trello", "asana", "basecamp", "linear", "hubspot",
        "front", "pagure", "allura", "fogbugz",
    )
)  # fmt: skip
_NOT_THEIRS = frozenset(("x-gitlab-pipeline-id", "x-gitlab-pipeline-status", "x-jenkins-job"))
_MAILER = re.compile(
    r"zendesk|zammad|otrs|znuny|redmine|gitea|forgejo|freshdesk|osticket|glpi|mantis|kayako|help ?scout|youtrack|jira|metamta"
    r"|request tracker|openproject",
    re.IGNORECASE,
)
_MAILER_HEADERS = ("x-mailer", "x-powered-by", "x-mail-transport-agent", "x-generated-by", "x-managed-by")
_REPLY_ABOVE = re.compile(
    r"(?:type|write|enter|add|send) your (?:reply|response|answer) above|(?:reply|respond|write) above this line"
    r"|reply to this (?:e-?mail|message) (?:directly|or|to)"
    r"|(?:antwort\w*|schreiben) (?:sie )?(?:bitte )?(?:oberhalb|über) diese[rs]? |(?:répon\w+|écri\w+"
    r"|saisi\w+)[^\n]{0,40} au-dessus de cette ligne"
    r"|(?:escrib\w+|respond\w+)[^\n]{0,40} (?:encima|arriba) de esta línea|(?:typ|schrijf|plaats)\w*[^\n]{0,40} boven deze (?:regel|lijn)"
    r"|(?:scriv\w+|rispond\w+)[^\n]{0,40} sopra (?:a )?questa (?:riga|linea)|powyżej tej linii|acima desta linha|выше этой строки"
    r"|この行より上",
    re.IGNORECASE,
)

_ROBOT = re.compile(
    r"\bbot\b|\[bot\]|-bot\b|robot|jenkins|hudson|zabbix|nagios|icinga|prometheus|alert|monitor|\bsystem\b|daemon|\bci\b|pipeline"
    r"|runner|scheduler|\bcron\b"
    r"|webhook|automat|\bscript|rundeck|dependabot|renovate|grafana|sentry|\bapi\b|no-?reply|service ?account|github-actions|\broot\b"
    r"|default queue|integration",
    re.IGNORECASE,
)
_VIA = re.compile(r"\s*(?:\bvia\b.*|\(.*\)|<.*>|\[.*\])\s*$|\s*\|.*$", re.IGNORECASE | re.DOTALL)
_AUTHOR_HEADERS = (
    "x-github-sender", "x-gitlab-author", "x-gitea-sender", "x-forgejo-sender", "x-redmine-sender", "x-bugzilla-who",
    "x-rt-originator", "rt-originator",
)  # fmt: skip

_COMMENTED = (
    r"(?:commented\b|wrote\b|replied\b|responded\b|answered\b|added (?:a|the|\d+|new|another) (?:new |private |public "
    r"|internal )?(?:comments?|notes?|repl\w+)"
    r"|(?:has )?(?:posted|left|made|submitted) (?:a |an |new |\d+ )?(?:comments?|note|repl\w+|review)|started a (?:new )?(?:discussion"
    r"|thread)|mentioned you"
    r"|requested changes|approved (?:this|these)|(?:hat|haben) (?:[^\n]{0,40} )?(?:kommentiert|geantwortet|geschrieben|hinzugefügt)"
    r"|kommentierte|schrieb\b"
    r"|a (?:commenté|répondu|écrit|ajouté (?:un|une) (?:commentaire|note|réponse))|ha (?:comentado|respondido|escrito|añadido un"
    r"|commentato|risposto|scritto"
    r"|aggiunto un)|heeft (?:[^\n]{0,40} )?(?:gereageerd|geschreven|geantwoord|toegevoegd)|comentou|respondeu|escreveu|kommenterade"
    r"|kommenterte|kommenterede|skrev"
    r"|skomentował\w*|napisał\w*|odpowiedział\w*|dodał\w* komentarz|okomentoval\w*|napsal\w*|odpověděl\w*|прокомментировал\w*"
    r"|написал\w*|ответил\w*"
    r"|оставил\w* комментарий|kommentoi\w*|hozzászólt|yorum yaptı|さんがコメント|がコメントしました|评论了|回复了)"
)
_SAID = re.compile(
    rf"^[ \t]*\**(?P<who>@?[^\W\d_][^\n:.!?]{{0,60}}?)\** (?:\((?:@?[\w. -]{{1,40}})\) )?{_COMMENTED}[^\n]{{0,160}}$"
    r"|^-{2,} ?(?:Comment #\d+ from|Additional Comments From) (?P<bugzilla>[^\n<]{1,60})|^ ?Comment \((?:by )?(?P<trac>[^\n)]{1,60})\):"
    r"|\b(?:Correspondence|Comments?) added by (?P<rt>[^\n]{1,60})$"
    r"|^ ?\(\d{5,8}\) (?P<mantis>[^\n(]{1,40}) \(\w+\) - \d{4}-|^(?P<zendesk>[^\W\d_][^\n]{1,60})\n(?:[^\W\d_]{3,9}\.? \d{1,2}"
    r"|\d{1,2}\.? [^\W\d_]{3,9}\.?),? \d{4},? "
    r"(?:at )?\d\d?[:.]\d\d[^\n]{0,20}$"
    r"|^(?P<otrs>[^\W\d_][^\n,:]{1,50}), [A-Z][a-z]{2} \d{1,2}, \d\d?:\d\d",
    re.MULTILINE | re.IGNORECASE,
)

# What the system says by itself. Each is a whole line; what else a line says stays.
_OWN_LINE = re.compile(
    r"^[ \t*#>•·-]*(?:"
    r"##-.*-##|[-—_=.~ ]{2,}|\(v[\d.#]+\)|\[?\s*https?://\S+\s*\]?|\w+-\d+\s*$"
    r"|(?:ticket )?(?:url|queue|subject|owner|requestors?|status|priority|severity|reporter|assignee|project|type|component|version"
    r"|milestone|keywords|author|category"
    r"|target version|resolution|key|id|cc|labels?|due date|start date|estimated time|ticket|transaction|issue type|product|hardware"
    r"|os|assigned to|changed|date|tracker|severity"
    r"|betreff|bearbeiter|warteschlange|priorität|kunde|ticketnummer|statut|priorité|estado|prioridad)(?: url)?[ \t]*[:=|<].*"
    r"|(?:tracker|status|priority|assignee|subject|category|target version|% done|due date|start date|estimated time|resolution|owner"
    r"|assigned|severity|milestone|label"
    r"|queue|file|description|project|parent task|private|tags?|type|component|version|keywords|cc)\b.{0,60}\b(?:changed|set to"
    r"|deleted|added|updated|removed|reset to)\b.*"
    r"|(?:the )?(?:issue|merge request|pull request|ticket|bug|task|case|request|incident|feature|defect|story"
    r"|support)\b(?: [#!]?[\w-]+)?[^\n.]{0,80}\b(?:was|has been|is now) "
    r"(?:closed|re-?opened|merged|resolved|solved|assigned|reassigned|updated|changed|approved|moved|created|deleted|locked|marked"
    r"|edited|acted|escalated|set)\b.*"
    r"|(?:closed|merged|reopened|resolved|approved|reassigned|assigned|unassigned|superseded) (?:#\d+|(?:issue|merge request"
    r"|pull request)\b|via |by |as |in )?.{0,60}"
    r"|.{1,60} (?:closed|merged|reopened|resolved|assigned|reassigned|unassigned|moved|renamed|locked|edited|triaged|claimed|created"
    r"|updated|changed|deleted|subscribed|labeled) "
    r"(?:this|these|the|#|!|an? |you\b|[A-Z]+-\d|issue|merge|pull|task|ticket|bug|status|priority).*"
    r"|.{1,60} (?:pushed|added) \d+ (?:new )?commits?\b.*|.{1,60} (?:requested your review|assigned to you|self-assigned|removed their"
    r"|added the .{1,40} label).*"
    r"|assignees?\b.{0,20}\bchanged.*|reassigned .*|milestone (?:changed|removed).*|status changed.*"
    r"|you(?:'re| are) receiving this.*|you (?:have )?received this.*|(?:please )?(?:do not )?reply to this (?:e-?mail|message).*"
    r"|view (?:it|this|on|ticket|task|the)\b.*"
    r"|this (?:message|e-?mail) (?:was|is) .*|this is an? (?:auto|service).*|unsubscribe.*|manage (?:all )?notif.*|(?:task"
    r"|revision) detail|e-?mail preferences|to: .*|cc: .*"
    r"|\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}: request \d+ was acted upon.*|<URL:.*"
    r")[ \t]*$",
    re.IGNORECASE,
)
_LINK = re.compile(r" ?\( ?https?://[^\s)]{1,500} ?\)")  # behind each word that was one in HTML
_CHANGE = re.compile(r"\b(?:changed|set to|reset to|deleted)\b", re.IGNORECASE)
_FOOTER = re.compile(
    r"^(?:-- ?|—|-{20,}|_{3,}|-{4,} ?Original.*|TASK DETAIL|REVISION DETAIL|(?:You are|You're) receiving .*"
    r"|Reply to this email directly.*|This (?:e-?mail|message) (?:is a service|was sent).*)$"
)
_BY_ITSELF = re.compile(
    r"\bautomatic(?:ally)?[ -]generated\b|\bautomatic(?:ally)? (?:sent|acknowledg\w+|repl\w+|response)|\bauto-?(?:reply|response"
    r"|acknowledg\w*)\b"
    r"|\bautomated (?:reply|response|acknowledg\w*|confirmation)\b|\bautomatisch (?:erzeugt|erstellt|generiert|gegenereerd|verzonden)"
    r"|\bgénéré automatiquement|\bréponse automatique"
    r"|\b(?:generad[oa]|generat[oa]) automáticamente|\bgenerat[oa] automaticamente|\bwygenerowan\w+ automatycznie"
    r"|\bautomaticky (?:vygenerov|vytvořen)|\bсоздано автоматически"
    r"|\b(?:your|the|this) (?:support )?(?:request|ticket|message|inquiry|enquiry|incident|case|issue|report|e-?mail|question|submission"
    r"|query)\b[^.!?\n]{0,60}\b(?:has been|was|is|have been) "
    r"(?:successfully )?(?:received|logged|registered|recorded|entered|submitted|queued|assigned (?:an? |the |ticket )|created|opened"
    r"|(?:closed|resolved|solved|marked)\b)"
    r"|\bwe(?:['’]ve| have)? (?:just )?received your (?:request|ticket|message|inquiry|enquiry|e-?mail|report|query|question|case)\b"
    r"|\bthank(?:s| you) for (?:contacting|filing|submitting|reaching out|getting in touch|opening|reporting)\b"
    r"|\b(?:ihre|deine) (?:anfrage|nachricht|e-?mail|meldung)\b[^.!?\n]{0,60}\b(?:erhalten|eingegangen|erfasst|registriert"
    r"|geschlossen)|\bticketnummer \d+ erhalten"
    r"|\b(?:votre|ta) (?:demande|message|requête|ticket)\b[^.!?\n]{0,60}\b(?:reçue?|enregistrée?|prise? en compte|clôturée?|créée?)"
    r"|\b(?:su|tu) (?:solicitud|consulta|mensaje|ticket|petición)\b[^.!?\n]{0,60}\b(?:recibid|registrad|cread|cerrad)"
    r"|\b(?:la (?:sua|tua|vostra)|il (?:suo|tuo|vostro)) (?:richiesta|messaggio|ticket|segnalazione)\b[^.!?\n]{0,60}\b(?:ricevut"
    r"|registrat|pres[ao] in carico|chius|creat)"
    r"|\b(?:uw|je|jouw) (?:verzoek|aanvraag|bericht|melding|ticket|vraag)\b[^.!?\n]{0,60}\b(?:ontvangen|geregistreerd|gesloten"
    r"|aangemaakt)"
    r"|\b(?:sua|seu) (?:solicitação|mensagem|pedido|chamado)\b[^.!?\n]{0,60}\b(?:recebid|registrad|criad|fechad)"
    r"|\b(?:twoje|państwa|pana|pani) (?:zgłoszenie|wiadomość)\b[^.!?\n]{0,60}\b(?:przyjęt|zarejestrowan|otrzym|zamknię)"
    r"|\bváš (?:požadavek|dotaz)\b[^.!?\n]{0,60}\b(?:přijat|zaregistrov|uzavřen)"
    r"|\bditt ärende\b[^.!?\n]{0,60}\b(?:registrerat|mottaget|skapat)|\bdin henvendelse\b[^.!?\n]{0,60}\bmod?ta|\bваш\w* (?:заявк"
    r"|запрос|обращени)\w*[^.!?\n]{0,60}(?:принят|зарегистр|создан|закрыт)"
    r"|お問い合わせ[^。\n]{0,30}(?:受け付け|受付)|您的(?:请求|工单|邮件)[^。\n]{0,20}(?:收到|受理|创建)",
    re.IGNORECASE,
)
_BY_ITSELF_SUBJECT = re.compile(
    r"\bauto-?reply\b|\backnowledge?ment\b|\[?\brequest received\b|\bticket (?:received|created|opened|closed|resolved)\b"
    r"|\bwe(?:['’]ve| have) received\b"
    r"|\banfrage (?:erhalten|eingegangen)|\beingangsbestätigung|\bdemande reçue|\baccusé de réception|\bsolicitud recibida"
    r"|\brichiesta ricevuta|\bverzoek ontvangen|\bontvangstbevestiging",
    re.IGNORECASE,
)


def is_theirs(names: Mapping[str, str], text: str) -> bool:
    """True if a header, or the line that says where to answer, is that of a ticket or forge system."""
    if not _NOT_THEIRS.isdisjoint(names):
        return False
    if any(name[:2] == "x-" and name[2:].partition("-")[0] in _SYSTEMS for name in names):
        return True
    if "rt-ticket" in names or "rt-originator" in names or any(_MAILER.search(names[name]) for name in _MAILER_HEADERS if name in names):
        return True
    return "auto-submitted" in names and bool(_REPLY_ABOVE.search(text[:400]) or _REPLY_ABOVE.search(text[-800:]))


def is_by_robot(names: Mapping[str, str], sender_name: str, text: str) -> bool:
    """True if the one who is said to have written is a program."""
    who = [names[name] for name in _AUTHOR_HEADERS if name in names]
    said = _SAID.search(_plain(text[:4000]))
    who.append(next(filter(None, said.groups()), "") if said else "")
    return any(_ROBOT.search(one) for one in (*who, _VIA.sub("", sender_name))) or names.get("x-github-reason", "").startswith(
        ("ci_", "security")
    )


def author(names: Mapping[str, str], sender_name: str) -> str:
    """The one a header names as the writer, else the sender's name without what the system puts behind it."""
    return next((names[name] for name in _AUTHOR_HEADERS if name in names), _VIA.sub("", sender_name).strip())


def says_who(text: str) -> bool:
    """True if a line of the system says that somebody commented or answered."""
    return bool(_SAID.search(_plain(text[:4000])))


def typed(text: str) -> str:
    """What is left of the text when the system's own lines, its footer and what is quoted are taken off."""
    lines: list[str] = []
    n_said = 0
    has_changed = False  # below the list of changes stands the ticket itself
    for line in _plain(text[:8000]).split("\n"):
        stripped = line.strip()
        if _FOOTER.match(stripped) and (has_changed or any(len(own.split()) > 1 for own in lines)):
            break
        if not stripped or line[:1] in (">", "|") or _OWN_LINE.match(line) or _REPLY_ABOVE.search(line) or _is_heading(stripped):
            lines.append("")
            has_changed = has_changed or bool(_CHANGE.search(stripped))
            continue
        if _SAID.match(line) and n_said < 2:
            n_said += 1
            continue
        lines.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _plain(text: str) -> str:
    return _LINK.sub("", text).replace("*", "") if "://" in text else text


def _is_heading(line: str) -> bool:
    return bool(re.match(r"(?:[A-Z][a-z]{2} \d{1,2}, \d{4}, \d\d:\d\d|(?:Bug|Feature|Support|Task|Issue|Story|Incident) #\d+: )", line))


def is_by_itself(subject: str, text: str) -> bool:
    """True if subject or text says that the system took, closed or acknowledged something by itself."""
    return bool(_BY_ITSELF_SUBJECT.search(subject[:300]) or _BY_ITSELF.search(text[:1500]))
