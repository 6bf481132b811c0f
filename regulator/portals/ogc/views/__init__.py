"""Views of the portal for GIS desktops."""
