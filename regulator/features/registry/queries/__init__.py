"""Every select over the register; nothing here writes."""
