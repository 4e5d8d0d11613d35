"""ONNX: a fitted model as one graph, its encoder included."""
