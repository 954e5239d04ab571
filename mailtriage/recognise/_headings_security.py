"""The headings of the security run. Rows in the order the scripts run."""

from __future__ import annotations

from functools import partial

from mailtriage.recognise import _diffs, _kernel, _logs, _packages
from mailtriage.recognise._headings import ONE_SHOT, PER_DAY, PORTS, STATE, Table, line_count, row

_FIREWALL = "denied_packets denied_bytes blocker"

SECURITY = (
    row(100, "Checking setuid files and devices:", "setuid", ONE_SHOT, is_log=True),
    row(
        100,
        "HOST setuid diffs:",
        "setuid_diff",
        ONE_SHOT,
        check="setuid",
        is_log=True,
        read=_diffs.read_setuid,
        measures="setuid_new setuid_mode",
    ),
    row(
        110,
        "Checking negative group permissions:",
        "neggrpperm",
        STATE,
        is_log=True,
        read=line_count("group_permission_files"),
        measures="group_permission_files",
    ),
    row(
        200,
        "HOST changes in mounted filesystems:",
        "mount_diff",
        ONE_SHOT,
        check="mounts",
        read=_diffs.read_mounts,
        measures="mount_gone mount_readonly",
    ),
    row(300, "Checking for uids of 0:", "uid0", STATE),
    row(400, "Checking for passwordless accounts:", "passwordless", STATE),
    row(410, "Checking login.conf permissions:", "login_conf", STATE),
    row(
        460,
        "Checking for ports with mismatched checksums:",
        "port_checksums",
        STATE,
        read=_packages.read_damaged,
        measures="package_damage",
    ),
    row(500, "HOST ipfw denied packets:", "ipfw_denied", ONE_SHOT, read=partial(_logs.read_firewall, subject="ipfw"), measures=_FIREWALL),
    row(510, "HOST ipf denied packets:", "ipf_denied", ONE_SHOT, read=partial(_logs.read_firewall, subject="ipf"), measures=_FIREWALL),
    row(520, "HOST pf denied packets:", "pf_denied", ONE_SHOT, read=partial(_logs.read_firewall, subject="pf"), measures=_FIREWALL),
    row(550, "ipfw log limit reached:", "ipfw_limit", STATE),
    row(
        600, "HOST ip6fw denied packets:", "ip6fw_denied", ONE_SHOT, read=partial(_logs.read_firewall, subject="ip6fw"), measures=_FIREWALL
    ),
    row(610, "HOST ipf6 denied packets:", "ipf6_denied", ONE_SHOT, read=partial(_logs.read_firewall, subject="ipf6"), measures=_FIREWALL),
    row(650, "ip6fw log limit reached:", "ipfw_limit", STATE),
    row(
        700,
        "HOST kernel log messages:",
        "kernel_messages",
        ONE_SHOT,
        check="kernel",
        is_log=True,
        read=_kernel.read_messages,
        measures="kernel_lines boots link_downs link_is_down crashes disk_retries",
    ),
    row(
        800,
        "HOST login failures:",
        "login_failures",
        PER_DAY,
        is_log=True,
        read=_logs.read_login_failures,
        measures="login_failures failed_logins login_after_failures blocker",
    ),
    row(
        900,
        "HOST refused connections:",
        "refused_connections",
        PER_DAY,
        is_log=True,
        read=line_count("refused_connections"),
        measures="refused_connections",
    ),
    row(
        PORTS + 405,
        "Checking for security vulnerabilities in base (userland & kernel):",
        "base_audit",
        STATE,
        check="base_vulnerability",
        read=_packages.read_vulnerable,
        measures="pkg_vulnerable vulnerability audit_database_age",
    ),
    row(
        PORTS + 410,
        "Checking for packages with security vulnerabilities:",
        "pkg_audit",
        STATE,
        check="pkg_vulnerability",
        read=_packages.read_vulnerable,
        measures="pkg_vulnerable vulnerability audit_database_age",
    ),
    row(
        PORTS + 460,
        "Checking for packages with mismatched checksums:",
        "pkg_checksums",
        STATE,
        read=_packages.read_damaged,
        measures="package_damage",
    ),
    row(
        PORTS + 470,
        "Checking for packages with missing dependencies:",
        "pkg_dependencies",
        STATE,
        read=_packages.read_damaged,
        measures="package_damage",
    ),
    row(PORTS + 400, "Checking for a current audit database:", "audit_database", STATE, measures="audit_database_age"),
)

TABLE = Table(*SECURITY)
SECTIONS_OF_RUN = frozenset(heading.section for heading in SECURITY)
