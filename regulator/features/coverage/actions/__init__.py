"""Acts of coverage: keeping the tallies true, closing months, setting the rule."""
