"""Models over purchase facts: pure functions of values and a date, each with its source cited."""
