"""Drops privileges for PostgreSQL, which refuses to run as root, and ties it to the parent process."""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_SET_SECUREBITS = 1, 23, 28
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH, _CAP_SETPCAP = 1, 2, 8
# SECBIT_NO_SETUID_FIXUP keeps capabilities across the change of user, also for access(2), which initdb uses.
_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def user_for(cluster: Path) -> pwd.struct_passwd | None:
    """The user to run as: None unless we are root; then the cluster's owner, postgres or nobody."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        return pwd.getpwuid(cluster.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise OSError("as root, PostgreSQL needs a user postgres or nobody to run as; neither exists")


def drop(user: pwd.struct_passwd | None, needed: Iterable[Path]) -> Callable[[], None]:
    """A preexec_fn for PostgreSQL's process; `needed` are folders that it must reach.

    A project below /root is inaccessible to other users. Rather than opening the folders above it,
    the child keeps a single capability to traverse them.
    """
    capability = _walk_through() if user and any(map(_is_closed, needed)) else None
    parent = os.getpid()

    def become() -> None:
        os.setsid()  # Ctrl-C in the terminal is for the supervisor, which stops things in order
        if user:
            if capability is not None and _libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0):
                os._exit(126)
            os.setgroups([])
            os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
            os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
            if capability is not None:
                _keep_only(capability)
        # Last, since a change of user clears it. SIGINT is PostgreSQL's fast shutdown.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return become


def _is_closed(folder: Path) -> bool:
    return any(not place.stat().st_mode & 0o001 for place in (folder, *folder.parents))


def _walk_through() -> int:
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        if _holds(capability) and _holds(_CAP_SETPCAP):
            return capability
    raise OSError(
        "as root, PostgreSQL runs as another user, who cannot reach this folder: "
        "put the project and --data where all users may enter (chmod o+x), or run as an ordinary user"
    )


def _holds(capability: int) -> bool:
    return _libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0) == 1


def _keep_only(capability: int) -> None:
    """Keep one capability, also across exec."""
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable
    if _libc.capset(header, sets) or _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0):
        os._exit(126)
