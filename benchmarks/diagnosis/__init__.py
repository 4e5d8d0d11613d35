"""The diagnosis held against networks made sick by known causes: ``python -m benchmarks diagnosis``."""
