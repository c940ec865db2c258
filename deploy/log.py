"""A log file with rotation, which survives a full disk."""

from pathlib import Path

LARGEST = 10_000_000  # bytes; one previous file is kept


class Log:
    def __init__(self, file: Path, largest: int = LARGEST):
        self.file, self._largest = file, largest
        self._lost, self._why = 0, ""

    def write(self, line: bytes) -> None:
        """Never raises. Lines that cannot be written are counted, and the count is written once there is room."""
        try:
            if self._lost:
                self._append(f"\n… {self._lost} lines are missing here: {self._why}\n".encode())
                self._lost = 0
            self._append(line)
        except OSError as full:
            self._lost, self._why = self._lost + 1, full.strerror or str(full)

    def _append(self, line: bytes) -> None:
        if self.file.exists() and self.file.stat().st_size > self._largest:
            self.file.replace(before(self.file))
        # Opened for each line, so that nothing of a failed write stays in a buffer.
        with self.file.open("ab", buffering=0) as file:
            while line:
                line = line[file.write(line) :]


def before(file: Path) -> Path:
    """The path of the rotated log."""
    return file.with_suffix(".log.1")
