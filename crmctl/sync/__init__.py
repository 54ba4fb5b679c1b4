"""Sharing a book: what came in, what collides, what is sent."""
