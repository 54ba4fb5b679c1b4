"""crmctl: a plain-text CRM for the command line."""

__version__ = "0.1.0"
