"""Lets `python -m crmctl` be the same program as `crmctl`."""

from crmctl.cli.main import run

if __name__ == "__main__":
    run()
