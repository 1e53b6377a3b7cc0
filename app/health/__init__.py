"""How the system is: each part looked at, and what they come to."""
