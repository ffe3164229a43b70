"""Speed, measured as ratios within one run: `python -m tests.benchmarks`. The normal suite measures no time."""
