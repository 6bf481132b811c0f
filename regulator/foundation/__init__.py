"""Plumbing that knows no subject; nothing of property management belongs in it."""
