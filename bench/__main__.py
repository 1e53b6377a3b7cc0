"""`python -m bench`: every benchmark, one after the other; each writes `bench/results/NAME.json`."""

from bench import composition, render

for benchmark in (composition, render):
    benchmark.main()
