"""The base map under the divisions: Tianditu through this server, a local file of tiles, or none."""
