"""The lecture's circuit: every value and gradient, the chain rule of one input, and a picture."""

from pathlib import Path

import backlit

trace = backlit.trace("(x + y) * z", x=-2, y=5, z=-4)
print(trace)  # a row a gate: value, gradient, local x upstream = contribution
print(trace.derivation("x"))  # symbols, then numbers, then the result
assert trace.gradients == {"x": -4.0, "y": -4.0, "z": 3.0}
assert trace.check().ok  # central differences agree

Path("circuit.svg").write_text(trace.to_svg(), encoding="utf-8")
Path("circuit.html").write_text(trace.to_html(), encoding="utf-8")  # step through it with the arrow keys
print("wrote circuit.svg and circuit.html")
