"""The commands about environments: what is deployed there, how it is, and what to do about it."""
