"""What a wheel carries: the shipped schemas and every part of the sample book."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import crmctl
from crmctl import shipped
from tests.conftest import REPOSITORY, SAMPLE_PARTS

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))


def test_a_wheel_carries_the_schemas_and_the_sample_book() -> None:
    carried = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    parts = {"schemas", *SAMPLE_PARTS, *shipped.SAMPLE_PARTS}
    present = {part for part in parts if (REPOSITORY / part).exists()}
    assert carried == {part: f"crmctl/data/{part}" for part in present}


def test_every_module_imported_is_a_declared_dependency() -> None:
    declared = {
        re.split(r"[<>=~\[; ]", entry)[0].lower() for entry in PROJECT["project"]["dependencies"]
    }
    source = "\n".join(
        file.read_text("utf-8") for file in Path(crmctl.__file__).parent.rglob("*.py")
    )
    distributions = {"yaml": "pyyaml", "jsonschema_rs": "jsonschema-rs"}
    roots = set(re.findall(r"^\s*(?:from|import) (\w+)", source, re.MULTILINE))
    foreign = {
        distributions.get(root, root)
        for root in roots
        if root != "crmctl" and not _is_standard(root)
    }
    # Nothing imports tzdata: zoneinfo finds it where the system has no zones.
    assert foreign == declared - {"tzdata"}


def _is_standard(name: str) -> bool:
    return name in sys.stdlib_module_names or name == "__future__"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    done = subprocess.run(
        [REPOSITORY / ".ci" / "run", "--show-test-command"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() in (REPOSITORY / "README.md").read_text("utf-8")
    assert "-m pytest" in done.stdout
