"""Episodes of the record, rebuilt from published facts; each has a page in tests/scenarios."""
