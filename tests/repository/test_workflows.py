"""Workflows get no more rights than they need."""

from pathlib import Path
import re
from typing import Any, Final

import pytest
import yaml

from .tree import WORKFLOWS

PATHS: Final = sorted(WORKFLOWS.glob("*.y*ml"))
# Whoever can write to these can do worse things anyway: they make the platform, Home
# Assistant and HACS. All others are pinned to one commit.
TRUSTED: Final = {"actions", "hacs", "home-assistant"}
# Which job may write, and what.
MAY_WRITE: Final = {("release.yml", "archive"): {"contents"}}


def load(path: Path) -> dict[str, Any]:
    """Return a workflow; YAML takes its key `on` for a truth value."""
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text())
    workflow["on"] = workflow.pop(True)
    return workflow


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_rights(path: Path) -> None:
    """By default nothing; each job reads, and writes only where that is its work."""
    workflow = load(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        for scope, right in job["permissions"].items():
            assert right == "read" or scope in MAY_WRITE[path.name, name]
        assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_code_of_others(path: Path) -> None:
    """Contributions run without secrets; foreign actions are pinned."""
    workflow = load(path)
    assert not {"pull_request_target", "workflow_run"} & set(workflow["on"])
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            used = step.get("uses")
            if used is None:
                # Values that others choose come as variables, not as code.
                assert "${{" not in step["run"]
                continue
            owner, version = used.split("/")[0], used.split("@")[1]
            assert owner in TRUSTED or re.fullmatch(r"[0-9a-f]{40}", version), used
            if used.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_home_assistant_and_hacs_check_daily() -> None:
    """The real hassfest and the real HACS action run, also without a change."""
    workflow = load(WORKFLOWS / "validate.yml")
    assert "schedule" in workflow["on"]
    used = {
        step["uses"].partition("@")[0]
        for job in workflow["jobs"].values()
        for step in job["steps"]
    }
    assert used >= {"home-assistant/actions/hassfest", "hacs/action"}
