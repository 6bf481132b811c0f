"""Zones (片区): uncovered estates and scattered buildings of a street, grouped for joint management and followed."""
