"""Everything the integration imports is there when Home Assistant loads it."""

import ast
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
import re
import sys
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

import homeassistant
from homeassistant.const import Platform
from homeassistant.requirements import DISCOVERY_INTEGRATIONS

from .tree import DOMAIN, INTEGRATION, load_json, modules, runtime_imports, syntax

MANIFEST: Final = load_json(INTEGRATION / "manifest.json")

_COMPONENTS: Final = "homeassistant.components"

# Integrations that are always there, or whose modules need no set-up.
ALWAYS_THERE: Final = {
    *(platform.value for platform in Platform),
    "alert",
    "automation",
    "conversation",
    "default_config",
    "device_automation",
    "frontend",
    "group",
    "homeassistant",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "labs",
    "media_source",
    "onboarding",
    "panel_custom",
    "persistent_notification",
    "person",
    "script",
    "shopping_list",
    "sun",
    "system_health",
    "system_log",
    "timer",
    "webhook",
    "websocket_api",
    "zone",
}

# Packages with native code whose wheels for musl (Home Assistant OS) on x86_64 and
# aarch64 were looked up. Whoever adds one looks both up first: without a wheel the
# integration does not start there at all.
NATIVE_WITH_MUSL_WHEELS: Final = {"numpy"}

# What is used where people have it, and done without elsewhere.
_WHERE_INSTALLED: Final = {"scikit-learn", "threadpoolctl"}

# What Home Assistant itself requires and therefore always has installed.
_HOME_ASSISTANT: Final = "homeassistant"


def imported_components() -> dict[str, set[str]]:
    """Return for each module the integrations of Home Assistant it imports."""
    found = {}
    for path in modules(INTEGRATION):
        components = {
            name.split(".")[2]
            for name in runtime_imports(path)
            if name.startswith(f"{_COMPONENTS}.")
        }
        found[path.relative_to(INTEGRATION).as_posix()] = components
    return found


def test_used_integrations_are_declared() -> None:
    """An integration is loaded before ours only if the manifest says so."""
    declared = {*MANIFEST.get("dependencies", ())}
    declared |= {*MANIFEST.get("after_dependencies", ())}
    for integration, keys in DISCOVERY_INTEGRATIONS.items():
        if any(key in MANIFEST for key in keys):
            declared.add(integration)
    # A platform of another integration, such as diagnostics.py, is loaded by it.
    platforms = {path.stem for path in INTEGRATION.iterdir()}
    allowed = ALWAYS_THERE | declared | platforms | {DOMAIN}

    undeclared = {
        path: missing
        for path, components in imported_components().items()
        if (missing := components - allowed)
    }
    assert undeclared == {}


def test_nothing_is_declared_in_vain() -> None:
    """What ours has to wait for is used."""
    used = set[str]().union(*imported_components().values())
    # Its server is used through helpers and `hass.http`.
    used.add("http")
    declared = {*MANIFEST.get("dependencies", ())}
    declared |= {*MANIFEST.get("after_dependencies", ())}
    assert declared <= used


def required_names(installed: Distribution) -> set[NormalizedName]:
    """Return what a package needs to run here."""
    requirements = map(Requirement, installed.requires or ())
    return {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }


def manifests() -> list[dict[str, Any]]:
    """Return our manifest and those of the integrations it names.

    Home Assistant installs what these require before it loads ours.
    """
    core = Path(homeassistant.__file__).parent / "components"
    named = [*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]]
    return [MANIFEST, *(load_json(core / name / "manifest.json") for name in named)]


def imported_when_loaded(path: Path) -> set[str]:
    """Return the packages a module needs to be loaded, not only to do its work."""
    statements = syntax(path).body
    return {
        name.partition(".")[0]
        for statement in statements
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in statement.names]
            if isinstance(statement, ast.Import)
            else [statement.module or ""]
        )
    }


def test_third_party_imports_are_required() -> None:
    """A package is imported only if Home Assistant or a manifest requires it."""
    available = required_names(distribution(_HOME_ASSISTANT))
    available |= {
        canonicalize_name(Requirement(text).name)
        for manifest in manifests()
        for text in manifest.get("requirements", ())
    }
    packages = packages_distributions()
    for path in modules(INTEGRATION):
        for name in runtime_imports(path):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in {
                _HOME_ASSISTANT,
                "custom_components",
            }:
                continue
            names = {canonicalize_name(package) for package in packages[top]}
            if names & _WHERE_INSTALLED and top not in imported_when_loaded(path):
                continue
            assert names & available, f"{path.name} imports {name}"


def test_requirements_install_on_home_assistant_os() -> None:
    """All that is required, directly or not, is pure Python or has wheels for musl."""
    for text in MANIFEST["requirements"]:
        assert re.fullmatch(r"[-_.\w\[\],]+((==|>=|<=|~=|!=|<|>)[\w.*]+,?)*", text)
    waiting = [
        canonicalize_name(Requirement(text).name) for text in MANIFEST["requirements"]
    ]
    seen = set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        installed = distribution(name)
        wheel = installed.read_text("WHEEL") or ""
        pure = "Root-Is-Purelib: true" in wheel
        assert pure or name in NATIVE_WITH_MUSL_WHEELS, name
        waiting += required_names(installed)
