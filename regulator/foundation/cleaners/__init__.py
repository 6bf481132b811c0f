"""Readers that make files of strangers harmless; they run in a process apart and store and ask nothing."""
