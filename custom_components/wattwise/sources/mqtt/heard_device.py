"""A device on the broker, and what it has told since it was found."""

from dataclasses import dataclass, field
import json

from ...const import SOURCE_MQTT
from ...dialects.contract.dialect import Dialect, MqttDialect, MqttFinding
from ...dialects.contract.field import Field
from ..found_device import FoundDevice


@dataclass(slots=True)
class HeardDevice:
    """What is known of one device so far."""

    dialect: Dialect
    speech: MqttDialect
    finding: MqttFinding
    fields: dict[str, Field] = field(default_factory=dict)
    heard: bool = False
    """Whether any message of it came, readable or not."""

    def hear(self, topic: str, payload: str) -> None:
        """Take a message of the device into account."""
        decoded = self.speech.decode(self.finding.address, topic, payload)
        self.fields |= {
            told.key: told
            for told in decoded.fields
            if told.key in self.fields or can_be_kept(told.key)
        }
        self.heard = True

    @property
    def is_clear(self) -> bool:
        """Whether it has told enough to be offered."""
        return bool(self.fields)

    def as_found(self) -> FoundDevice:
        """Return the device as it is offered to the user."""
        return FoundDevice(
            self.finding.identity,
            SOURCE_MQTT,
            self.dialect.name,
            self.finding.address,
            self.fields,
            tuple(self.dialect.circuits(self.fields)),
        )


def can_be_kept(told: object) -> bool:
    """Return whether a config entry can keep what a device told.

    JSON can name halves of characters, of which no file can be made.
    """
    try:
        json.dumps(told, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
