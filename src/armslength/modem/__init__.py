"""Bytes -> sound -> bytes: what any voice radio carries. Arithmetic on arrays; no sound card, no file, no clock."""
