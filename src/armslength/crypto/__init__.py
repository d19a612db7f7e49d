"""Signing, sealing, proving: pure functions on bytes. No file, clock or randomness: entropy comes in as an argument."""
