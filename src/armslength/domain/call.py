"""Calls: coded messages between duty posts."""
