"""The pages of the office desk, a module per subject; each adds itself to the blueprint and to the menu."""
