"""Every act on zones: proposing, moving estates, adopting and dissolving, following the register."""
