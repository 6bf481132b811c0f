"""Questions about cases by which certificates end: one, lists, what the rules look at of them. Never write."""
