"""The kinds of cards the demo's dashboard is made of."""

from typing import Any

type Card = dict[str, Any]
"""The configuration of a card as the frontend reads it."""


def section(title: str, icon: str, *cards: Card | None) -> Card:
    """Return cards under a heading; those without an entity are left out."""
    return {
        "type": "grid",
        "cards": [heading(title, icon), *(card for card in cards if card)],
    }


def heading(title: str, icon: str, style: str = "title") -> Card:
    """Return the words above some cards."""
    return {"type": "heading", "heading": title, "icon": icon, "heading_style": style}


def gauge(
    entity: str | None, name: str, maximum: float, severity: dict[str, float]
) -> Card | None:
    """Return a half circle from 0 on, as wide as its section."""
    return card(
        "gauge",
        entity,
        name,
        12,
        4,
        min=0,
        max=maximum,
        needle=True,
        severity=severity,
    )


def number(entity: str | None, name: str, icon: str, color: str) -> Card | None:
    """Return a value with its name, half as wide as its section."""
    return card("tile", entity, name, 6, 1, icon=icon, color=color)


def once_known(card: Card | None) -> Card | None:
    """Return a card that is not seen while its entity has no value."""
    return None if card is None else seen_with(card["entity"], card)


def seen_with(entity: str, card: Card) -> Card:
    """Return a card, or a section, that is not seen while an entity has no value."""
    hidden = ("unknown", "unavailable")
    return card | {
        "visibility": [
            {"condition": "state", "entity": entity, "state_not": state}
            for state in hidden
        ]
    }


def bar(
    entity: str | None, name: str, icon: str, color: str, limits: tuple[float, float]
) -> Card | None:
    """Return a value with a bar between two limits, as wide as its section."""
    feature = {"type": "bar-gauge", "min": limits[0], "max": limits[1]}
    return card(
        "tile",
        entity,
        name,
        12,
        1,
        icon=icon,
        color=color,
        features=[feature],
        features_position="inline",
    )


def card(
    kind: str, entity: str | None, name: str, columns: int, rows: int, **settings: Any
) -> Card | None:
    """Return a card of a size in cells of its section, None without an entity."""
    if entity is None:
        return None
    return {
        "type": kind,
        "entity": entity,
        "name": name,
        "grid_options": {"columns": columns, "rows": rows},
        **settings,
    }
