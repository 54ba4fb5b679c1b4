"""The command line: parse, call, render. Nothing below this package knows of it."""
