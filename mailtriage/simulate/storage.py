"""The storage sections of a daily report: file systems, ZFS pools, mirrors, RAID volumes, SMART."""

from __future__ import annotations

from datetime import timedelta

from mailtriage.simulate.hosts import Host, Profile, Volume
from mailtriage.simulate.incidents import DAY, Moment
from mailtriage.simulate.mail import Label, Part, dice

_SIZES = ((1024.0, "T"), (1.0, "G"), (1 / 1024, "M"), (1 / 1024**2, "K"))


def human(size_g: float) -> str:
    """A size as df -h prints it: one decimal below 10."""
    for unit, letter in _SIZES:
        if abs(size_g) >= unit:
            number = size_g / unit
            return f"{number:.1f}{letter}" if abs(number) < 9.95 else f"{number:.0f}{letter}"
    return "0B"


def fill_level(moment: Moment, volume: Volume) -> float:
    """How full the file system is now, in % of what users may fill."""
    level = volume.used + volume.growth * (moment.age % 7) + dice(volume.device, int(moment.age)).uniform(-0.4, 0.4)
    for incident in moment.schedule.on(moment.host, "disk_full"):
        if incident.item != volume.mount:
            continue
        ahead = (incident.began_at - moment.at) / DAY
        if incident.is_on(moment.at):
            return min(96.2 - 1.6 * ahead, 101.0)
        if 0 < ahead < 1:
            return 88.0
    return max(1.0, min(level, 84.0))


def disk_status(moment: Moment) -> list[Part]:
    """`Disk status:` and, on hosts that dump(8), the table of the last dumps."""
    host = moment.host
    rows, label = [], Label.NOISE
    for volume in host.volumes:
        level = fill_level(moment, volume)
        device = f"{host.pool}/{volume.device}" if host.pool else volume.device
        used = volume.size_g * level / 100 * (1.0 if host.pool else 0.92)
        free = volume.size_g * (1.0 if host.pool else 0.92) - used
        rows.append((device, human(volume.size_g), human(used), human(free), f"{level:.0f}%", volume.mount))
        if level > 90:
            label = Label.EVENT
        elif level >= 85:
            label = Label.DIGEST
    if not host.is_jail:
        rows.insert(1, ("devfs", "1.0K", "1.0K" if host.release[0] < 14 else "0B", "0B", "100%" if host.release[0] < 14 else "0%", "/dev"))
    if host.pool:
        share = fill_level(moment, host.volumes[0]) / 200
        rows.append((host.pool, "812G", "96K", human(812 * (1 - share)), "0%", f"/{host.pool}"))
    width = max(len(row[0]) for row in rows)
    lines = [f"{'Filesystem':<{width}} {'Size':>7} {'Used':>7} {'Avail':>7} Capacity  Mounted on"]
    lines += [f"{name:<{width}} {size:>7} {used:>7} {free:>7} {level:>6}    {mount}" for name, size, used, free, level, mount in rows]
    shows = moment.shows("disk_full")
    parts = [Part(name="disk_status", heading="Disk status:", lines=tuple(lines), label=label, shows=shows, is_success=False)]
    if host.release[0] < 10 and host.profile is Profile.STOCK:
        sunday = (moment.local - timedelta(days=(moment.local.weekday() + 1) % 7)).strftime("%a %b %e")
        dumps = tuple(f"  {volume.device:<14} ({volume.mount:>6}) Last dump: Level 0, Date {sunday} 02:05" for volume in host.volumes[2:])
        parts.append(Part(name="dump_status", heading="Last dump(s) done (Dump '>' file systems):", lines=dumps, is_success=False))
    return parts


def zfs_pools(moment: Moment) -> Part:
    """`Checking status of zfs pools:` with the table, and a block for a sick pool."""
    host = moment.host
    incident = moment.active("zpool_degraded")
    state = "DEGRADED" if incident else "ONLINE"
    cap = fill_level(moment, host.volumes[1]) * 0.8
    size = 928 * (host.n_disks // 2)
    columns = f"{host.pool:<8}{human(size):>6}{human(size * cap / 100):>7}{human(size * (1 - cap / 100)):>7}"
    if host.release[0] >= 12:
        head = f"{'NAME':<8}{'SIZE':>6}{'ALLOC':>7}{'FREE':>7}  CKPOINT  EXPANDSZ   FRAG    CAP  DEDUP    HEALTH  ALTROOT"
        row = f"{columns}        -         -{cap / 4:>6.0f}%{cap:>6.0f}%  1.00x{state:>10}  -"
    else:
        head = f"{'NAME':<8}{'SIZE':>6}{'ALLOC':>7}{'FREE':>7}    CAP  DEDUP  HEALTH  ALTROOT"
        row = f"{columns}{cap:>6.0f}%  1.00x  {state}  -"
    heading = "Checking status of zfs pools:"
    shows = moment.shows("zpool_degraded")
    if incident is None:
        lines: tuple[str, ...] = (head, row, "", "all pools are healthy")
        return Part(name="zfs_pools", heading=heading, lines=lines, shows=shows)
    ended = incident.ended_at or incident.began_at + 3 * DAY
    is_resilvering = moment.at > incident.began_at + (ended - incident.began_at) * 0.6
    lines = (head, row, "", *_sick_pool(moment, incident.draw, is_resilvering, size * cap / 100))
    return Part(name="zfs_pools", heading=heading, lines=lines, shows=shows, label=Label.EVENT, is_success=False)


# How the row of a lost disk ends, and what the status says of it.
_WAYS_TO_FAIL = (
    (
        "UNAVAIL      0     0     0  was /dev/{device}",
        (
            "status: One or more devices could not be opened.  Sufficient replicas exist for",
            "\tthe pool to continue functioning in a degraded state.",
            "action: Attach the missing device and online it using 'zpool online'.",
        ),
        "2Q",
    ),
    (
        "FAULTED      3   211     0  too many errors",
        (
            "status: One or more devices are faulted in response to persistent errors.",
            "\tSufficient replicas exist for the pool to continue functioning in a",
            "\tdegraded state.",
            "action: Replace the faulted device, or use 'zpool clear' to mark the device",
            "\trepaired.",
        ),
        "K4",
    ),
    (
        "REMOVED      0     0     0",
        (
            "status: One or more devices has been removed by the administrator.",
            "\tSufficient replicas exist for the pool to continue functioning in a",
            "\tdegraded state.",
            "action: Online the device using 'zpool online' or replace the device with",
            "\t'zpool replace'.",
        ),
        "9P",
    ),
)


def _sick_pool(moment: Moment, draw: int, is_resilvering: bool, allocated_g: float) -> list[str]:
    host = moment.host
    source = dice("pool", draw)
    disks = [f"gptid/{source.randrange(16**8):08x}-5d1c-11ee-9f2b-{source.randrange(16**12):012x}" for _ in range(host.n_disks)]
    gone, device = str(source.randrange(10**18, 10**19)), disks[1]
    see = "https://openzfs.github.io/openzfs-docs/msg/ZFS-8000-" if host.release[0] >= 13 else "http://illumos.org/msg/ZFS-8000-"
    scrubbed = (moment.local - timedelta(days=1 + host.ip_last % 30)).strftime("%a %b %e 04:21:50 %Y")
    block = [f"  pool: {host.pool}", " state: DEGRADED"]
    if is_resilvering:
        percent = source.uniform(20, 90)
        done = allocated_g * percent / 100
        block += [
            "status: One or more devices is currently being resilvered.  The pool will",
            "\tcontinue to function, possibly in a degraded state.",
            "action: Wait for the resilver to complete.",
            f"  scan: resilver in progress since {(moment.local - timedelta(hours=3)).strftime('%a %b %e %H:%M:%S %Y')}",
            f"\t{human(allocated_g)} scanned at 212M/s, {human(done)} issued at 104M/s, {human(allocated_g)} total",
            f"\t{human(done)} resilvered, {percent:.2f}% done, 0 days {source.randint(1, 9):02d}:{source.randint(0, 59):02d}:41 to go",
        ]
    else:
        block += [
            *_WAYS_TO_FAIL[draw % 3][1],
            f"   see: {see}{_WAYS_TO_FAIL[draw % 3][2]}",
            f"  scan: scrub repaired 0 in 0 days 01:12:09 with 0 errors on {scrubbed}",
        ]
    width = 49
    block += ["config:", "", f"\t{'NAME':<{width}} STATE     READ WRITE CKSUM", f"\t{host.pool:<{width}} DEGRADED     0     0     0"]
    block.append(f"\t{'  mirror-0':<{width}} DEGRADED     0     0     0")
    block.append(f"\t    {disks[0]:<{width - 4}} ONLINE       0     0     0")
    if is_resilvering:
        block.append(f"\t    {'replacing-1':<{width - 4}} UNAVAIL      0     0     0")
        block.append(f"\t      {gone:<{width - 6}} UNAVAIL      0     0     0  was /dev/{device}")
        block.append(f"\t      {'gpt/new1':<{width - 6}} ONLINE       0     0     0  (resilvering)")
    else:
        state = _WAYS_TO_FAIL[draw % 3][0]
        name = gone if state.startswith("UNAVAIL") else device
        block.append(f"\t    {name:<{width - 4}} {state.format(device=device)}")
    if host.n_disks == 4:
        block.append(f"\t{'  mirror-1':<{width}} ONLINE       0     0     0")
        block += [f"\t    {disk:<{width - 4}} ONLINE       0     0     0" for disk in disks[2:]]
    return [*block, "", "errors: No known data errors"]


def gmirror(moment: Moment) -> Part:
    """`Checking status of gmirror(8) devices:`: whole, one disk gone, or rebuilding."""
    incident = moment.active("gmirror_degraded")
    rows = ["mirror/gm0  COMPLETE  ada0 (ACTIVE)", "                      ada1 (ACTIVE)"]
    label = Label.NOISE
    if incident is not None:
        label = Label.EVENT
        is_rebuilding = moment.at > incident.began_at + DAY
        rows = ["mirror/gm0  DEGRADED  ada0 (ACTIVE)"]
        if is_rebuilding:
            rows.append(f"                      ada1 (SYNCHRONIZING, {dice('mirror', incident.draw).randint(5, 95)}%)")
    lines = ("      Name    Status  Components", *rows)
    heading = "Checking status of gmirror(8) devices:"
    shows = moment.shows("gmirror_degraded")
    return Part(name="gmirror", heading=heading, lines=lines, label=label, shows=shows, is_success=incident is None)


def mfi(moment: Moment) -> Part:
    """`Checking status of mfi(4) devices:` with the state of each volume."""
    incident = moment.active("mfi_degraded")
    state = "DEGRADED" if incident else "OPTIMAL"
    lines = (
        "mfi0 Volumes:",
        "  Id     Size    Level   Stripe  State   Cache   Name",
        " mfid0 (   68G) RAID-1      64K OPTIMAL Disabled",
        f" mfid1 (   18T) RAID-1      64K {state} Disabled <DATA>",
    )
    label = Label.EVENT if incident else Label.NOISE
    heading = "Checking status of mfi(4) devices:"
    return Part(name="mfi", heading=heading, lines=lines, label=label, shows=moment.shows("mfi_degraded"), is_success=incident is None)


def scrub(moment: Moment) -> Part:
    """`Scrubbing of zfs pools:`: mostly skipped, started when the last one is 35 days old."""
    pool = moment.host.pool
    days = (int(moment.age) + moment.host.ip_last * 7) % 36
    if moment.active("zpool_degraded"):
        days = max(days, 1)
    lines = (
        (f"   skipping scrubbing of pool '{pool}':", f"      last scrubbing is {days} days ago, threshold is set to 35 days")
        if days
        else (f"   starting scrub of pool '{pool}':", f"      consult 'zpool status {pool}' for the result")
    )
    return Part(name="zfs_scrub", heading="Scrubbing of zfs pools:", lines=lines, is_success=bool(days))


def smart(moment: Moment) -> Part:
    """`SMART status:` of the smartmontools port."""
    lines = tuple(f"Checking health of /dev/ada{n}: OK" for n in range(moment.host.n_disks))
    return Part(name="smart", heading="SMART status:", lines=lines)


def has_smart_section(host: Host) -> bool:
    """Whether the host lists its disks in daily_status_smart_devices."""
    return host.profile is Profile.ZFS and host.number % 2 == 0
