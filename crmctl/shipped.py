"""Where the schemas and the sample book lie that come with crmctl.

A wheel carries them under `crmctl/data`; in a checkout they are the repository's own folders.
Paths are text here, as in `startup`: pathlib is a tenth of the time that `--help` may take.
"""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_PACKAGED = os.path.join(_PACKAGE, "data")
ROOT = _PACKAGED if os.path.isdir(_PACKAGED) else os.path.dirname(_PACKAGE)
SCHEMAS = os.path.join(ROOT, "schemas")
SAMPLE_PARTS = ("records", "segments", "reports")
