"""Acts in cases by which certificates end: opening, each step, what comes about by itself."""
