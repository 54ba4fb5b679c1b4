"""The values that records are made of, as pure functions: nothing here knows files or commands."""
