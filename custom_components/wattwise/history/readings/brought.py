"""What an append changes among the readings, noted so that it can be taken back."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .raw_readings import RawReading


@dataclass(slots=True)
class Brought:
    """Readings that were added, and those that were there before and changed."""

    added: dict[int, set[int]] = field(default_factory=dict)
    """Their times by channel."""
    before: dict[tuple[int, int], RawReading] = field(default_factory=dict)
    """Readings as they were, by channel and time."""

    def is_new(self, channel_id: int, time_ms: int) -> bool:
        """Whether a reading was there before and was not noted yet."""
        key = (channel_id, time_ms)
        return key not in self.before and time_ms not in self.added.get(channel_id, ())
