"""Live feeds: formats of others into plots, as they come."""
