"""The law of grades as functions: rule sets judged, conditions held against facts. Pure."""
