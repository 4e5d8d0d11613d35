"""ONNX: a fitted model as one graph, its encoder included.

`export.py` is the way through: `columns.py` declares the inputs and reads them (`labels.py` categories, `forms.py` text
that is numbers or dates), `blocks.py` makes the network's inputs of them, `network.py` the network, `target.py` the
outputs. `graph.py` and `strings.py` are what they write with.
"""

from backlit.interop.onnx.export import to_onnx

__all__ = ["to_onnx"]
