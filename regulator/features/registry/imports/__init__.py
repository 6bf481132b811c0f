"""Workbooks into the register: recognised, read, judged, staged, applied and taken back; no pages, no commands."""
