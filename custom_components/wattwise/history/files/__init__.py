"""Readings in files: what people and portals keep them in, read row by row."""
