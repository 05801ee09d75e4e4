"""What the user is told when sensors that a meter is made of are not there."""

from collections.abc import Iterator, Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from .const import DOMAIN
from .entity_reference import referenced_entity
from .flows.reading_preview import async_texts

_MISSING = "source_entity_missing"
_DISABLED = "source_entity_disabled"


async def async_report_sensors(
    hass: HomeAssistant, meter_id: str, name: str, references: Mapping[str, str]
) -> None:
    """Tell which sensors of a meter, by channel, were removed or are disabled."""
    texts = await async_texts(hass)
    missing = [
        texts[f"channel.options.{channel}"]
        for channel, reference in references.items()
        if referenced_entity(hass, reference) is None
    ]
    disabled = list(_disabled_sensors(hass, references))
    for problem, sensors in ((_MISSING, missing), (_DISABLED, disabled)):
        issue_id = f"{problem}_{meter_id}"
        if not sensors:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            continue
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=problem,
            translation_placeholders={"meter": name, "entity": ", ".join(sensors)},
        )


@callback
def async_forget_sensors(hass: HomeAssistant, meter_id: str) -> None:
    """Delete the repairs about the sensors of a meter that is gone."""
    for problem in (_MISSING, _DISABLED):
        ir.async_delete_issue(hass, DOMAIN, f"{problem}_{meter_id}")


def _disabled_sensors(
    hass: HomeAssistant, references: Mapping[str, str]
) -> Iterator[str]:
    """Return what the user calls the sensors that are disabled."""
    registry = er.async_get(hass)
    for reference in references.values():
        entity = registry.async_get(reference)
        if entity and entity.disabled_by is not None:
            yield entity.name or entity.original_name or entity.entity_id
