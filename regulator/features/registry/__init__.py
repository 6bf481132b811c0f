"""The register: companies, people, estates, who serves them, contracts, committees, notices; no coverage, no grades."""
