"""Regulator: how a city's housing bureau oversees property management."""

import gc

__version__ = "0.1.0"

gc.set_threshold(50_000, 20, 100)  # what is loaded stays; looking through it 500 times was a tenth of every start
