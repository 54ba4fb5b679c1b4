"""Tools for those who work on crmctl; none of them is installed with it."""
