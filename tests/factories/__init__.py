"""Rows for tests, a module per feature; written straight into the tables, so that no act is its own proof."""
