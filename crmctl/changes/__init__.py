"""The one door for writing: a command makes a change set, which is shown, kept and applied."""
