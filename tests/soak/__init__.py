"""Heavy proofs, in a small number in the ordinary run and whole by hand.

`CRMCTL_SOAK=1 python -m pytest tests/soak -n 2` runs all of it, for the better part of an hour.
"""

import os

WHOLE = bool(os.environ.get("CRMCTL_SOAK"))
