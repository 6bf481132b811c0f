"""Regulator: how a city's housing bureau oversees property management."""

__version__ = "0.1.0"
