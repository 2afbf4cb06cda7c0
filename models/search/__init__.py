"""Keyword search: one question whatever the database. `fold.py` is the normaliser, a file a database the index."""
