"""Keys of pushing meters: made once, kept as a hash, compared in constant time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
import hashlib
import hmac
import secrets
from typing import Final

from ..metering.reading import Reading

_KEY_BYTES: Final = 24


def generate_key() -> str:
    """Return a new key of 192 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(_KEY_BYTES)


def hash_key(key: str) -> str:
    """Return the form in which a key is kept.

    A plain digest is enough: the key is random, so there is nothing to guess from.
    """
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class FirstReading:
    """What a meter sent while it was being set up."""

    received_at: datetime
    readings: tuple[Reading, ...]


@dataclass(slots=True)
class PushKeys[T]:
    """Which key belongs to which meter, or to a meter that is being set up."""

    _meters: dict[str, T | None] = field(default_factory=dict)
    _awaited: dict[str, FirstReading | None] = field(default_factory=dict)

    def add(self, key_hash: str, meter: T) -> None:
        """Let a meter push with this key."""
        self._meters[key_hash] = meter

    def pause(self, key_hash: str) -> None:
        """Know this key, while its meter is not at work."""
        self._meters[key_hash] = None

    def remove(self, key_hash: str) -> None:
        """Refuse this key from now on."""
        self._meters.pop(key_hash, None)

    def find(self, key: str) -> T | None:
        """Return the meter of a key, None when it is unknown or not at work."""
        key_hash = _find(self._meters, key)
        return self._meters[key_hash] if key_hash else None

    def is_paused(self, key: str) -> bool:
        """Whether the key is right but its meter is not at work."""
        key_hash = _find(self._meters, key)
        return key_hash is not None and self._meters[key_hash] is None

    def wait_for_first(self, key_hash: str) -> None:
        """Take note of what is pushed with a key whose meter does not exist yet."""
        self._awaited.setdefault(key_hash, None)

    def stop_waiting(self, key_hash: str) -> None:
        """Forget a key that was waited for."""
        self._awaited.pop(key_hash, None)

    def is_awaited(self, key: str) -> bool:
        """Whether a meter with this key is being set up."""
        return _find(self._awaited, key) is not None

    def note_first(self, key: str, first: FirstReading) -> None:
        """Keep the newest readings of a meter that is being set up."""
        if key_hash := _find(self._awaited, key):
            self._awaited[key_hash] = first

    def first_reading(self, key_hash: str) -> FirstReading | None:
        """Return what a meter that is being set up sent last."""
        return self._awaited.get(key_hash)


def _find(hashes: Iterable[str], key: str) -> str | None:
    """Return the stored hash of a key, always comparing with every one."""
    wanted = hash_key(key)
    found = None
    for key_hash in hashes:
        if hmac.compare_digest(key_hash, wanted):
            found = key_hash
    return found
