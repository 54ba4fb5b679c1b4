"""git, where there is one: the only place that starts it."""
