"""The derived SQLite index: refreshed from what changed on disk, disposable, never written from."""
