"""What ends a training, and what is kept of it: one rule a file; `stopping.py` lists those that a plan chooses."""
