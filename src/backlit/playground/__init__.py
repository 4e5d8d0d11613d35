"""Formulas without Python: scripts that read, compute and draw any formula in a browser, from the declared tables."""
