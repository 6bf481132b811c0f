"""Questions about applications: one, lists, loads, and what the law looks at of them. Never write."""
