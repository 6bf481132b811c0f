"""The rules of zones: which estates come into question, how they are grouped, what may be done with a group. Pure."""
