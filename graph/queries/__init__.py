"""The fields of Query, one file a field (or a pair)."""
