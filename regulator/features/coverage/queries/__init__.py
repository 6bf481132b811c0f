"""Questions to coverage: figures of any day, closed months, and what they say of the days between."""
