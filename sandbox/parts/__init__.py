"""Where moto only remembers, the real thing beside its record: databases, caches, balancers, the registry."""
