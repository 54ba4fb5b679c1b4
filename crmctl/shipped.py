"""Where the schemas and the sample book lie that come with crmctl.

A wheel carries them under `crmctl/data`; in a checkout they are the repository's own folders.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).parent / "data"
ROOT = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"
SAMPLE_PARTS = ("records", "segments", "reports")
