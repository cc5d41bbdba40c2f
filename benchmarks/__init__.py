"""Measurements to run yourself: `python -m benchmarks.NAME --help`."""
