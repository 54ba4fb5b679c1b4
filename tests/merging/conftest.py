"""The shipped kinds, and three versions of one record to merge."""

from __future__ import annotations

import pytest

from crmctl.schema.model import Registry
from crmctl.workspace import Workspace
from tests.conftest import new_book


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The shipped kinds."""
    return Workspace(new_book(tmp_path_factory.mktemp("kinds") / "book").root).registry
