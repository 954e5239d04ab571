"""Which section of ours a section of logwatch is, by its title: the titles of logwatch 2.6 to 7.11."""

from __future__ import annotations

_TITLES = {
    "kernel": "kernel|kernel module scsi",
    "sshd": "sshd|sshd2|secure-shell|ssh",
    "pam": "pam_unix|pam|pam_pwdb|pam_unix2",
    "secure": "connections (secure-log)|secure|sssd|sasl auth daemon|kernel audit|audit|freeradius|tacacs accounting|xinetd",
    "sudo": "sudo (secure-log)|sudo|su",
    "disk": "disk space|diskspace|zz-disk_space",
    "mail": "postfix|sendmail|sendmail-largeboxes (large mail spool files)|exim|eximstats|dovecot|imap|pop-3|in.qpopper|ipop3d"
    "|courier mail services"
    "|qmail|qmail-send|qmail-smtp|qmail-pop3|qmail-pop3s|vpopmail|amavisd-new|spamassassin|mailscanner|fetchmail|opendkim"
    "|opendmarc|postgrey|rspamd",
    "virus": "clamav|clamav-milter|clam-update",
    "web": "httpd|http|httpd errors|http-error|httpd error|php-messages|php|modsecurity2 (mod_security2)|nginx|lighttpd|pound|tomcat",
    "network": "named|dhcpd|iptables firewall|xntpd|openvpn|network report|samba|vsftpd-messages|ftpd-messages|ftpd-xferlog"
    "|proftpd-messages|pureftp"
    "|identd|resolver|stunnel|arpwatch|freeswan|pluto|mountd|automount|afpd|chronyd|ntpd|unbound|dnssec|shorewall|knockd"
    "|portsentry",
    "cron": "cron|anacron",
    "system": "systemd|init|syslogd|rsyslogd|syslog-ng|runtime statistics|system configuration|modprobe|up2date|snmpd|evtsystem"
    "|system event log",
    "packages": "dpkg status changes|yum|dnf-rpm|zypp status changes|emerge|dnf|apt",
    "storage": "smartd|mdadm|raid|lvm|zfs report|dell omsa|network ups tools",
    "backup": "rsnapshot|tivoli storage manager client|bacula|amanda|borg",
    "sensors": "lm_sensors output",
    "blocker": "fail2ban-messages|fail2ban|denyhosts|bfd|sshguard",
    "database": "mysqld|mysql|postgresql|mysql multi-master replication manager|slon",
}
_BY_TITLE = {title: name for name, titles in _TITLES.items() for title in titles.split("|")}
# What stands before logwatch's own words in services that name their instance.
_BY_FIRST_WORD = {
    "postfix": "mail",
    "sendmail": "mail",
    "exim": "mail",
    "httpd": "web",
    "sshd": "sshd",
    "samba": "network",
    "pam_unix": "pam",
}


def section_of(title: str) -> str:
    """The section's name, `other` for a title nobody knows."""
    title = " ".join(title.lower().split())
    return _BY_TITLE.get(title) or _BY_FIRST_WORD.get(title.partition(" ")[0], "other")
