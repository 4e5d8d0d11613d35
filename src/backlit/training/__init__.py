"""The loop over epochs, the rules that end it, initial parameters, and L-BFGS; nothing here knows the graph.

Read ``loop.py`` first: ``train`` is the loop of the lecture. ``rules/`` holds what ends it or chooses what is kept, one
rule a file; ``stopping.py`` lists those that a plan chooses.
"""
