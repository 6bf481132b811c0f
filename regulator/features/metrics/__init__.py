"""Metrics: every figure's one definition, and the targets set for it. What a figure is comes from the rooms above."""
