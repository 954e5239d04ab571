"""Whose absence is evidence: the kinds that come whatever happens, and the kinds by which a host shows that it lives."""

from __future__ import annotations

# Sent on a good day as on a bad one, as their programs come. All others come only when there is something to say: cron jobs, updates
# (unattended-upgrades by its newer default, apticron, dnf-automatic, debsecan, freebsd-update), scanners (rkhunter, chkrootkit, AIDE
# with quiet reports), alerts, people. One of them that does come every day at a site is named in cadence.toml.
EXPECTED = frozenset(
    {
        "freebsd_daily",  # periodic(8) mails its frame even where all is switched off
        "freebsd_security",
        "freebsd_weekly",
        "freebsd_monthly",
        "freebsd_custom",
        "logwatch",  # writes its frame on a day without lines
        "tripwire",  # MAILNOVIOLATIONS is true by default
        "amanda",  # backups report success: a report that does not come may be a backup that was not made
        "backupninja",
        "bacula",
        "pbs",
        "veeam",
        "vzdump",
    }
)

# Sent every night by their nature (periodic(8) from the crontab of the base system): two of them are enough to miss the third.
DAILY = frozenset({"freebsd_daily", "freebsd_security"})

# Written by another machine about the host, by a board that outlives it, or by people: no sign of its life.
FROM_ELSEWHERE = frozenset(
    {
        "abuse_report",
        "alertmanager",
        "amanda",
        "ansible",
        "auto_reply",
        "backuppc",
        "bacula",
        "bounce",
        "certificate",
        "checkmk",
        "github",
        "gitlab",
        "grafana",
        "human",
        "icinga",
        "idrac",
        "ilo",
        "ipmi",
        "jenkins",
        "librenms",
        "munin",
        "nagios",
        "netdata",
        "ossec",
        "registrar",
        "uptime_kuma",
        "vcenter",
        "veeam",
        "zabbix",
    }
)

# "Runs too often" is said of what a clock starts.
TIMED = EXPECTED | {"cron"}
