"""MBG/NBD: as BG/NBD, but one may also stop right after the first purchase.

Batislam, Denizel and Filiztekin, "Empirical validation and comparison of models for customer base
analysis" (International Journal of Research in Marketing 24, 2007). So a customer with a single
purchase is not alive for sure, which makes it fit for lists of lost customers.
"""

from __future__ import annotations

from crmctl.analytics.bgnbd import BetaGeometric


class MbgNbd(BetaGeometric):
    """The member of the family with a chance to stop after every purchase, the first included."""

    name = "mbgnbd"
    early = 1


MODEL = MbgNbd()
