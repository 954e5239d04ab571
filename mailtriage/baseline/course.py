"""How each measure runs over time. What stands in no set has no history: flags, versions, what belongs to one address or path."""

from __future__ import annotations

# Count up since boot or since they were cleared: their growth is judged, and a fall is a restart.
COUNTERS = frozenset(
    {
        *("if_errors", "if_drops", "pool_errors", "denied_packets"),
    }
)
# Per cent of something that can be full.
CAPACITIES = frozenset({"fs_used", "fs_inodes_used", "pool_used"})
# Go up and down.
LEVELS = CAPACITIES | {
    *("load", "load15", "mail_queue", "mail_rejects", "zone_transfers"),
    *("login_failures", "refused_connections", "kernel_lines", "link_downs", "disk_retries"),
    *("cron_lines", "backup_bytes", "backup_size", "backup_files", "backup_duration", "scrub_duration"),
    *("smart_pending", "smart_uncorrectable", "smart_reallocated", "ata_errors", "temperature"),
    *("ntp_offset", "memory_used", "swap_used", "ups_charge", "ups_runtime", "ups_load"),
    *("pkg_vulnerable", "pkg_outdated", "updates_pending", "unowned_files", "group_permission_files"),
}
# A shift of these is worth a line: few, and each says something about the host.
WATCHED = frozenset(
    {
        *("fs_used", "pool_used", "load15", "mail_queue", "mail_rejects", "login_failures", "refused_connections", "if_errors"),
        *("temperature", "backup_bytes", "backup_duration", "scrub_duration", "memory_used", "swap_used", "ups_runtime"),
    }
)


def is_kept(name: str) -> bool:
    """Whether past values of a measure are kept."""
    return name in LEVELS or name in COUNTERS
