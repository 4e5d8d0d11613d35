"""What users wait for, beside the best peer and beside an older commit: ``python -m benchmarks goals``."""
