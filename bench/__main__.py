"""`python -m bench [NAME …]`: benchmarks, one after the other; each writes `bench/results/NAME.json`."""

import sys
from importlib import import_module

NAMES = ("composition", "render", "api", "sockets", "rows", "deployment", "cuts", "gate", "edits")

for name in sys.argv[1:] or NAMES:
    if name not in NAMES:
        sys.exit(f"There is no benchmark {name}. There are: {', '.join(NAMES)}.")
    # One alone needs nothing of the others.
    import_module(f"bench.{name}").main()
