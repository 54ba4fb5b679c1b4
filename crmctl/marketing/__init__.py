"""Campaigns: whom they mean, who may be reached, and what was sent to whom."""
