"""Radios: a station on a channel; what carries its sound (simulated ether, sound card) or its frames (KISS)."""
