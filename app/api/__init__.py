"""The HTTP surface, one router a noun. Routers hold no logic."""
