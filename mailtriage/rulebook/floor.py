"""The floor: lines with one of these texts are never dropped, unless a rule that explains the line names the entry in `overrides`.

Every entry is looked for in any case. RE2 has no look-ahead, so wordings that state health (`0 uncorrectable`, `No known data
errors`) are first cut out of the line; what is left decides. A healthy wording that is not listed costs one line in the
digest, so the list of healthy wordings stays narrow and the entries stay wide.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from mailtriage.zeros import cut

# \b takes an underscore for a letter; VDEV_FAULTED and smart_failed must be found as well.
_L, _R = r"(?:\b|_)", r"(?:\b|_)"
_DISK = r"(?:disks?|(?:hard |physical )?drives?|hdds?|ssds?|pds?|physicaldrives?|spindles?)"
_ARRAY = r"(?:raid\S*|md\d+|/dev/md\S+|arrays?|volumes?|vds?|lds?|logicaldrives?|virtual (?:disk|drive)s?|mirrors?|ar\d+|mfid\d+|units?)"

_ENTRIES: dict[str, tuple[str, ...]] = {
    "degraded": (rf"{_L}degraded(?:array)?{_R}", r"\b(?:pdgd|dgrd)\b"),
    "faulted": (rf"{_L}fault(?:ed|y){_R}", r"\bstate: *suspended\b", r"\bpool\b.*\bsuspended\b", r"\bfault detected\b"),
    "unavail": (
        rf"{_L}unavail{_R}",
        rf"\b(?:{_DISK}|{_ARRAY}|devices?|vdevs?|pools?|disk\d*)\b.{{0,60}}\b(?:unavailable|could not be (?:used|opened))\b",
    ),
    "offline_volume": (
        rf"\b(?:{_ARRAY}|{_DISK}|pools?|vdevs?|devices?|subdisks?|members?|state|status|raid-?\d+)\b.{{0,60}}\boffline\b",
        r"(?-i:\bOFFLINE\b)",
        r"\bofflne?\b",
    ),
    "io_error": (
        r"\b(?:i/?o|input/output)[ -](?:errors?|failures?)\b",
        r"\b(?:eio|vdev failure)\b",
        rf"\b(?:unrecover\w+|disk|hard|medi\w+|sector|latent|{_DISK})[ -](?:read |write )?errors?\b",
        r"\b(?:read|write) errors? (?:on|at|not|corrected|occurred)\b",
        r"\bcam status: (?:ata status|scsi status|command timeout|uncorrectable)",
        r"\b(?:read|write)_(?:f?p?dma)\w*.*\b(?:error|timed out|status=)",
        r"\bindefinite wait buffer\b",
    ),
    "panic": (r"\bpanic(?:s|ked|king)?\b", r"\bpanic_?string\b", r"\bguru meditation\b"),
    "out_of_space": (
        r"\bno (?:free )?space (?:left|available)\b",
        r"\bout of (?:disk |free |file )?(?:space|inodes)\b",
        r"\b(?:insufficient|not enough)(?: free| disk| file ?system){0,3} space\b",
        r"\benospc\b",
        r"\bdisk quota exceeded\b",
    ),
    "filesystem_full": (
        r"\b(?:file ?systems?|disks?|partitions?|volumes?|pools?|device|slice) (?:(?:is|are|was|now|nearly) ){0,2}full\b",
        r"\bfull (?:file ?system|disk|partition)\b",
        r"\b100 ?% full\b",
    ),
    "uncorrectable": (rf"{_L}(?:uncorrect|unrecover)(?:able|ed){_R}", rf"{_L}uncorrect{_R}", r"\buncor\b", r"\buncorrectables\b"),
    "medium_error": (
        r"\bmedi(?:um|a)(?: and data integrity)? errors?\b",
        r"\bhardware error\b",
        r"\bunc\b.{0,20}[)}>]",
        r"\bbad (?:sectors?|blocks?)\b",
        r"\bunreadable\b.{0,20}\bsectors?\b",
        rf"{_L}pending[ _]sectors?{_R}",
        r"\bdata integrity errors?\b",
    ),
    "out_of_memory": (
        r"\bout of (?:memory|swap)\b",
        r"\boom[-_ ]?(?:kill\w*|reaper)",
        r"\boom\b",
        r"\bkilled: (?:out of|failed to reclaim|a thread waited)",
        r"\bfailed to reclaim memory\b",
        r"\ba thread waited too long to allocate\b",
        r"\b(?:cannot|can't|could not|unable to|failed to) allocate memory\b",
        r"\b(?:memory|swap(?: space)?) (?:is )?exhausted\b",
        r"\bswap_pager\w*\([^)]*\): failed\b",
        r"\benomem\b",
    ),
    "fatal_trap": (
        r"\bfatal (?:trap|double fault|machine check)\b",
        r"\bkdb: (?:stack backtrace|enter)",
        r"\bkernel bug\b",
        r"\boops: ",
        r"\bgeneral protection fault\b",
        r"\bmachine check (?:exception|error)s?\b",
        r"\bdumping \d+ out of\b",
        r"\b(?:soft|hard) lockup\b",
        r"\breboot after panic\b",
    ),
    "smart_failed": (
        r"\bself-assessment\b.*\bfail",
        r"\bhealth\b.*\bfail(?:ed|ing|ure|s)?\b",
        r"\bfailed smart\b",
        r"\bsmart\b.*\bfail(?:ed|ing|ure)\b",
        r"\bfailing_now\b",
        r"\bback up data now\b",
        r"\b(?:failure predict\w+|predict(?:ive|ed) fail\w*|prefailure attribute)\b",
        r"\bcritical warning\b",
        r"\bcompleted: (?:read|write|electrical|servo|handling|unknown) failure\b",
        r"\bself-test log error count increased\b",
        r"\bnew self-test log error\b",
    ),
    "data_errors": (
        r"\b(?:permanent|data) errors?\b",
        r"\b(?:scrub|resilver)\w*\b.*\bwith [1-9]\d* errors\b",
    ),
    "corruption": (
        r"\bcorrupt(?:ed|ion|s)?\b",
        r"\b(?:checksum|parity|crc)(?:[ _-](?:mismatch\w*|errors?|failures?|failed|fails?)|(?: does| did)? not match)\b",
        r"\bmismatched checksum\b",
        r"\b(?:ext[234]|btrfs|xfs|ufs)(?:-fs)?\b.*\berror\b",
        r"\bbad super-?block\b",
        r"\bunexpected (?:soft update )?inconsistency\b",
        r"\bfile ?system\b.*\b(?:inconsistent|needs? (?:fsck|checking|repair))\b",
        r"\brun fsck\b",
    ),
    "disk_failure": (
        rf"\b(?:failed|failing|bad|broken|dead|defective|critical) {_DISK}\b",
        rf"\b{_DISK}\b.{{0,40}}\b(?:failed|failing|failure|dead|broken|defective)\b",
        r"\bfailed (?:physical )?(?:devices?|components?|members?)\b",
        r"\b(?:device|component|member) (?:has |is |was )?(?:failed|failing|failure)\b",
        r"\bdevice-error\b",
        r"\bubad\b",
    ),
    "raid_failed": (
        rf"\b{_ARRAY}\b.{{0,60}}\b(?:failed|failure|broken|crashed|inactive|dead)\b",
        r"\b(?:failed|crashed|broken|inactive) (?:array|raid|volume|mirror|vd)s?\b",
        r"\bfail(?:spare)? event ha[ds] been detected\b",
        r"\bdegradedarray\b",
        r"\b(?:in a )?not optimal\b",
        r"\brebuild\w*\b.{0,20}\bfail(?:ed|ure)\b",
        r"\[u*_[u_]*\]",
        r"\[\d+\]\(f\)",
    ),
    "retries_exhausted": (r"\bretr(?:ies|y)(?: count| limit)? (?:exhausted|exceeded)\b",),
    "lost_device": (
        r"\blost device\b",
        r"\bdevice lost\b",
        r"\bprovider \S+ disconnected\b",
        r"\b(?:device|disk|drive|member|component|vdev|provider)\b.{0,30}\b(?:disappeared|vanished|missing|gone|removed|lost)\b",
        r"\bmissing (?:disk|drive|device|member|component|vdev)s?\b",
        r"\bunable to open (?:\w+ )?device\b",
        r"\bstate: *removed\b",
        r"^\s*\S+\s+removed(?:\s+\d\S*){3}",
        r"\blabel is missing\b",
    ),
    "read_only_remount": (
        r"\bre-?mount\w*\b.{0,60}\bread-?only\b",
        r"\bread-?only (?:file ?system|mode)\b",
        r"\b(?:forced?|switch\w*|went|gone|became|turned)\b.{0,40}\bread-?only\b",
        r"\berofs\b",
    ),
    "hardware_failure": (
        r"\b(?:power supply|psu|fan|bbu|controller)\b.{0,40}\b(?:failed|failure|lost|dead)\b",
        r"\bfailed (?:power supply|psu|fan|battery|controller)\b",
    ),
}

NAMES = tuple(_ENTRIES)

# Healthy wordings, cut out before the entries decide. Each states a count of nothing or an absence, next to the bad word itself.
_BAD = (
    r"(?:(?:known|new|more|such|offline|pending|currently|unreadable|permanent|data|i/o|read|write|disk|checksum|media|medium|hardware|crc|parity|hard|soft|sector|seek|latent|"
    r"critical|predictive|physical|bad|failed|missing|degraded|faulted|corrupt(?:ed)?|uncorrect(?:ed|able)|unrecover(?:ed|able)|"
    r"\(pending\)|and|or) +)*"
)
_THINGS = (
    r"(?:errors|sectors|blocks|disks|drives|devices|members|arrays|volumes|pools|vdevs|files|failures|panics|mismatches|retries|faults|"
    r"degraded|faulted|uncorrect(?:ed|able)|unrecover(?:ed|able)|offline|missing|failed|unavail|corrupt(?:ed)?|corruptions?)"
)
_BEFORE = r"(?:^|[\s(\[,;])"
_HEALTHY = (
    rf"{_BEFORE}(?:no|without(?: any)?|zero) +{_BAD}{_THINGS}(?:[\s).,;:]|$)",
    # `Failed Disks : 0`, `Media Error Count: 0`, `uncorrectable errors = 0`, `Critical Warning: 0x00`; not `0.5`, not `0 of 3`.
    r"(?:[\w/-]+ +){0,4}\b(?:errors?|sectors|blocks|disks|drives|devices|arrays|volumes|degraded|offline|faulted|missing|failed|failures?|"
    r"uncorrect(?:ed|able)|unrecover(?:ed|able)|critical warning|corrupt(?:ed|ion)|mismatch(?:es)?)(?: +(?:count|errors?|total))*"
    r" *[:=] *0(?:x0+)?(?:[\s,;)]|$)",
    # `hard errors 0`, at the end of the statement: what follows a number without a mark might belong to it.
    r"\b(?:(?:hard|soft|media|medium|crc|parity|disk|read|write|checksum|i/o|sector|seek|data) +){1,2}errors? +0(?:[,;)]|$)",
    r"\b(?:not|never|isn't|is not) +(?:degraded|faulted|corrupt(?:ed)?|full|offline|unavail)\b",
    # The SMART attribute table: nothing in WHEN_FAILED, raw value 0.
    r"^ *\d+ +\S+ +0x[0-9a-f]{4}(?: +[\d-]+){3} +\S+ +\S+ +- +0 *$",
    r"^ *\d+ +\S+ +(?-i:[A-Z-]{6})(?: +[\d-]+){3} +- +0 *$",
    # `smartctl -A` headings and the SCSI error counter log's; the offline test and its log when it went well.
    r"\bprocessed +uncorrected\b",
    r"^ *(?:total +)?uncorrected *$",
    r"\b(?:short|extended|conveyance|selective|vendor \(0x\w+\)) (?:captive|offline)\b",
    r"\b(?:automatic |execute smart |auto )?offline (?:data collection|surface scan|immediate|test(?:ing)?|self-test|scan)\b(?: \w+)?",
    r"\bhealth\b[^:]*: *(?:ok|passed) *$",
    r"\bself-assessment test result: passed\b",
    # zpool on a pool of an older release: the pool itself is well.
    r"\bsome features are unavailable\b",
    # What controllers print of nothing: MegaCli, arcconf, and the legend under storcli's tables.
    r"\bbad blocks exist *: *no\b",
    r"\bpredictive failure event seq number *: *0 *$",
    r"\bfailed/degraded *: *\d+/0/0\b",
    r"^(?:[\w&-]{1,10}=[\w ()/.-]{1,40}(?:\||$)){2,}",
    r"^(?:UBad-Unconfigured Bad\|Onln-Online\|Offln-Offline\|Intf-Interface|UBUnsp-UBad Unsupported\|Rbld-Rebuild)$",
)


_LONGEST = 2000


@cache
def _regexps() -> tuple[Any, tuple[str, ...], Any]:
    """A bank with one pattern for each entry, the entries' names, and the healthy wordings as one pattern."""
    from mailtriage.rulebook.match import Bank
    from mailtriage.rulebook.pattern import compiled

    bank = Bank(["(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns) for patterns in _ENTRIES.values()])
    return bank, NAMES, compiled("(?i)" + "|".join(f"(?:{pattern})" for pattern in _HEALTHY))


def entries_in(line: str) -> tuple[str, ...]:
    """The floor entries that forbid dropping this line."""
    return _remembered(line) if len(line) <= _LONGEST else _entries_in(line)


def _entries_in(line: str) -> tuple[str, ...]:
    bank, names, healthy = _regexps()
    text = line.encode("utf-8", "replace")
    found = bank.find(text)
    # A line too long to be a statement of health is taken as it is: cutting would cost its square.
    if found and len(line) <= _LONGEST:
        text = healthy.sub(b" ", text)
        if bank.find(text):
            text = cut(text.decode("utf-8", "replace"), is_strict=True).encode()
        # Cutting leaves a blank, so that neighbours do not join to new words; repeated, as two wordings may share a blank.
        for _ in range(2):
            text, n_cuts = healthy.subn(b" ", text)
            if not n_cuts:
                break
        found = bank.find(text)
    return tuple(names[number] for number in found)


_remembered = lru_cache(maxsize=1 << 16)(_entries_in)
