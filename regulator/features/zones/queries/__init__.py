"""Every question about zones: estates of a street to be grouped, zones and their members, what anyone may see."""
