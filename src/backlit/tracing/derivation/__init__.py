"""The chain rule of one gradient, written out: as text, as LaTeX, as matrices."""
