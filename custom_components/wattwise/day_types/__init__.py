"""When a home's day types are learned, and how today's and tomorrow's are told."""
