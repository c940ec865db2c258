"""A sandbox for untrusted files: a subprocess with limits of memory and time, so a decompression bomb harms nothing else.

    with Confined(memory=1 << 30, seconds=60) as sandbox:
        for piece in sandbox.ask(workbook.pieces, path): …

Items are streamed back one at a time. Exceptions of the subprocess are re-raised here; TooMuch, when it hits a limit.
"""

import importlib
import os
import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_NO_MEMORY = 3  # exit code
_PROJECT = Path(__file__).parents[1]
# One thread, one memory pool: further ones reserve address space that they never use, and RLIMIT_AS counts it.
_LEAN = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}

# Environment variables passed on. Keys and database URLs must not reach a process that reads untrusted files.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")


class TooMuch(Exception):
    """A limit was reached; `limit` is memory, time or crash, and `most` what was allowed of it (bytes, seconds)."""

    def __init__(self, limit: str, most: int = 0):
        self.limit, self.most = limit, most
        super().__init__(limit, most)

    def __str__(self) -> str:
        return {
            "memory": f"needs more than {self.most >> 20} MiB of memory to be read",
            "time": f"takes more than {self.most} s of computing to be read",
        }.get(self.limit, "broke the program that reads it")


class Confined:
    """A subprocess that is killed at the end of the `with`. Starts at once."""

    def __init__(self, memory: int, seconds: int):
        self.memory, self.seconds = memory, seconds
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sql.confined", str(self.memory), str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name in _ENVIRONMENT}
            | _LEAN
            | {"PYTHONPATH": str(_PROJECT)},
        )
        assert self._process.stdin is not None and self._process.stdout is not None  # they are pipes
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def __enter__(self) -> "Confined":
        return self

    def __exit__(self, *_fault) -> None:
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()

    def ask(self, work: Callable[..., Iterator], *given) -> Iterator:
        """Run `work`, a generator function at module level, with these arguments. One request at a time."""
        try:
            pickle.dump((work.__module__, work.__qualname__, given), self._requests)
            self._requests.flush()
            while True:
                kind, found = pickle.load(self._answers)
                if kind == "end":
                    return
                if kind == "fault":
                    raise found
                yield found
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            raise self._ended() from None

    def _ended(self) -> TooMuch:
        """Why the subprocess ended without an answer."""
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return TooMuch("time", self.seconds)
        # SIGKILL is the kernel's OOM killer
        return TooMuch("memory", self.memory) if code in (_NO_MEMORY, -signal.SIGKILL) else TooMuch("crash")


def _serve(memory: int, seconds: int) -> None:
    """The subprocess: answer requests until stdin is closed."""
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        _soft, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    while True:
        try:
            module, name, given = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            for found in getattr(importlib.import_module(module), name)(*given):
                _send(answers, "found", found)
            _send(answers, "end", None)
        except MemoryError:
            os._exit(_NO_MEMORY)
        except BrokenPipeError:
            return
        except Exception as fault:
            _send(answers, "fault", fault)


def _send(answers: BinaryIO, kind: str, found: object) -> None:
    pickle.dump((kind, found), answers, pickle.HIGHEST_PROTOCOL)
    answers.flush()


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:]))
