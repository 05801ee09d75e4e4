"""How much memory this process held at most. Uses no package: other environments too."""

from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")


class PeakMemory:
    """Watches the resident memory from now on; knows nothing but on Linux."""

    def __init__(self) -> None:
        """Forget the peaks of before."""
        try:
            # The kernel's word for resetting the peak.
            _CLEAR.write_text("5")
            self._before: float | None = _kib("VmRSS")
        except OSError:
            self._before = None

    def mib(self) -> float | None:
        """Return MiB of the peak above what was held at the beginning."""
        if self._before is None:
            return None
        return max(0.0, (_kib("VmHWM") - self._before) / 1024)


def _kib(name: str) -> float:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return float(line.split()[1])
    return 0.0
