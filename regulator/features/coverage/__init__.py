"""Coverage: what share of estates is managed on any day, months frozen and explained, and who looks after the rest."""
