"""Our record of Home Assistant's quality scale is complete.

For custom integrations nobody else looks at it: it is our own checklist.
"""

from typing import Any, Final

import pytest

from homeassistant.util.yaml import load_yaml_dict

from .tree import INTEGRATION

RULES: Final[dict[str, Any]] = load_yaml_dict(INTEGRATION / "quality_scale.yaml")[
    "rules"
]

BRONZE: Final = (
    "action-setup",
    "appropriate-polling",
    "brands",
    "common-modules",
    "config-flow-test-coverage",
    "config-flow",
    "dependency-transparency",
    "docs-actions",
    "docs-conditions",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-removal-instructions",
    "docs-triggers",
    "entity-event-setup",
    "entity-unique-id",
    "has-entity-name",
    "runtime-data",
    "test-before-configure",
    "test-before-setup",
    "unique-config-entry",
)
SILVER: Final = (
    "action-exceptions",
    "config-entry-unloading",
    "docs-configuration-parameters",
    "docs-installation-parameters",
    "entity-unavailable",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "test-coverage",
)
GOLD: Final = (
    "devices",
    "diagnostics",
    "discovery-update-info",
    "discovery",
    "docs-data-update",
    "docs-examples",
    "docs-known-limitations",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-translations",
    "exception-translations",
    "icon-translations",
    "reconfiguration-flow",
    "repair-issues",
    "stale-devices",
)
PLATINUM: Final = ("async-dependency", "inject-websession", "strict-typing")

STATUSES: Final = {"done", "exempt", "todo"}


def status(rule: str) -> str:
    """Return the status of a rule, whether it has a comment or not."""
    entry = RULES[rule]
    return entry if isinstance(entry, str) else entry["status"]


def test_all_rules_are_there_in_order() -> None:
    """Each rule is named once, tier by tier."""
    assert tuple(RULES) == BRONZE + SILVER + GOLD + PLATINUM
    assert len(RULES) == 54


@pytest.mark.parametrize("rule", RULES)
def test_status(rule: str) -> None:
    """A status; and a reason wherever a rule is not simply fulfilled."""
    entry = RULES[rule]
    assert status(rule) in STATUSES
    if isinstance(entry, str):
        assert entry == "done"
    else:
        assert entry.keys() == {"status", "comment"}
        assert len(entry["comment"].split()) >= 4
