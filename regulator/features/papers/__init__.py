"""Official papers: what the bureau decides leaves as a numbered, approved and delivered paper from a template."""
