"""Questions to coverage: figures of any day, closed months and what changed, custodians, surveys."""
