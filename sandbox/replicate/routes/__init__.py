"""Addresses; what they do is elsewhere."""
