"""Numba source of the engine, never imported from here; README.md has a picture of memory and of the loops."""
