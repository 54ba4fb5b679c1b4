"""Two people's versions of a file into one: by fields, lists and records, not by lines."""
