"""The embedded services: what one machine runs when nothing real is configured."""
