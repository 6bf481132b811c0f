"""Maps: boundaries, the page shell with the divisions, and estates for it. No other feature imports this one."""
