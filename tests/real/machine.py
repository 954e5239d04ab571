"""A machine of its own for one test: host name, /etc, /var and processes are private, and its Postfix relays to a running `serve`.

Linux namespaces and overlays do it, so nothing of the real machine is changed and nothing of the test outlives it. The
network is shared: the loopback is how its mail gets out.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

import pytest

HOST = "web07.example.org"
_UNSHARE = ("unshare", "--mount", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child")
_PRIVATE = ("etc", "var", "root", "opt", "usr")
_PRELUDE = """
set -eu
mount -t tmpfs tmpfs {folder}
for part in {parts}; do
    mkdir -p {folder}/$part/upper {folder}/$part/work
    mount -t overlay overlay -o lowerdir=/$part,upperdir={folder}/$part/upper,workdir={folder}/$part/work /$part
done
mount -t tmpfs tmpfs /run
mkdir -p /run/sudo /run/lock
hostname {host}
echo "127.0.0.1 {host} {short} localhost" > /etc/hosts
echo {host} > /etc/mailname
cat > /etc/postfix/main.cf <<END
compatibility_level = 3.6
maillog_file = /var/log/maillog
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = {host}
mydestination =
local_transport = error:no local mail
alias_maps =
relayhost = [127.0.0.1]:{port}
smtp_tls_security_level = none
smtp_line_length_limit = 0
END
# Nobody but this machine's own programs hands mail in, so nothing needs to listen.
sed -i -E '/^[^#[:space:]]+[[:space:]]+inet[[:space:]]/d' /etc/postfix/master.cf
rm -rf /var/spool/postfix/deferred/* /var/spool/postfix/active/* /var/spool/postfix/incoming/* /var/spool/postfix/maildrop/*
postfix start >/dev/null 2>&1
"""
# The test closes our input when it has seen what it waits for.
_EPILOGUE = """
cat > /dev/null
postfix stop >/dev/null 2>&1 || true
"""


@functools.cache
def why_not() -> str:
    """Why no private machine can be had here, "" if one can."""
    if os.getuid() != 0:
        return "only root can make a private machine of namespaces"
    if not shutil.which("postfix", path=os.environ.get("PATH", "") + ":/usr/sbin"):
        return "postfix is not installed"
    if not shutil.which("unshare"):
        return "unshare (util-linux) is not installed"
    try:
        tried = subprocess.run(
            [*_UNSHARE, "sh", "-ec", "mount -t tmpfs tmpfs /run; mkdir -p /run/u /run/w; "
             "mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w /etc; hostname x.example.org"],
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "namespaces do not answer here"
    return "" if tried.returncode == 0 else f"namespaces or overlays are not allowed here: {tried.stderr.strip()[:100]}"


class Machine:
    """Runs a shell script on a private machine whose mail goes to the SMTP port of a `serve`."""

    def __init__(self, folder: Path, port: int, *needs: str) -> None:
        missing = [name for name in needs if not shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")]
        reason = why_not() or (f"{', '.join(missing)} not installed" if missing else "")
        if reason:
            pytest.skip(reason)
        self._log = folder / "machine.log"
        mount = folder / "machine"
        mount.mkdir()
        self._prelude = _PRELUDE.format(folder=mount, parts=" ".join(_PRIVATE), host=HOST, short=HOST.partition(".")[0], port=port)
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, script: str) -> Machine:
        """Starts the script; what it mails is on its way when the programs in it end."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_UNSHARE, "sh", "-c", self._prelude + script + _EPILOGUE],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"},
            )
        return self

    @property
    def is_over(self) -> bool:
        """Whether the script has ended, well or badly."""
        assert self._process is not None
        return self._process.poll() is not None

    def log(self) -> str:
        """What the script printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()  # takes all of the machine's processes with it
            self._process.wait()
