"""The demo: two nodes, one sky, the whole story in a few minutes."""
