"""The whole deployment, rehearsed: what is deployed one after the other, and what must come of it."""
