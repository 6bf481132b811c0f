"""The territory: the tree of statistical codes, management areas, and the scope a person answers for."""
