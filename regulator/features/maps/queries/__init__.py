"""Every question to the map: boundaries, what lies in view, and the list beside it."""
