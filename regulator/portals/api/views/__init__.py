"""One file for each kind of thing the interface gives."""
