"""Records that mean the same party: found, looked at, and merged into one."""
