"""Keyword search, the same on every database: `normalise.py` folds text, one file a database queries its index."""
