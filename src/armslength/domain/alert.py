"""Alerts: elements of two parties that will come too close, and how long there is left."""
