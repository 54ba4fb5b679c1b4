"""Records as bytes: the only package that knows YAML, files, temporary names and locks.

Nothing is imported here, so that a command pays only for the module it uses.
"""
