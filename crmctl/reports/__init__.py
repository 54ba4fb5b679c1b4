"""Reports as data: a definition in YAML, run over any source of rows, gives tables of values."""
