"""Numba source of the engine, never imported from here.

`training.compiled` copies these files, with the emitted gates, into a folder of the user's cache that is named by the
hash of its content, and imports that. A change anywhere makes a new folder, so a stale kernel cannot exist.
"""
