"""Keyword search with the same results on every database: text is normalised here, the database only indexes words."""
