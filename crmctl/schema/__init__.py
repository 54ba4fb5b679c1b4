"""Kinds of records as data: a schema file becomes commands, typing, columns and search."""
