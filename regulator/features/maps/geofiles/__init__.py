"""Geodata in and out: files of boundaries and positions judged, taken and taken back; layers written as files.

The libraries of GIS are loaded by the worker's handlers and by commands, never when a web worker starts.
"""
