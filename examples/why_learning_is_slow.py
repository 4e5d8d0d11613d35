"""A saturated neuron learns slowly by the quadratic cost: sigma'(z) multiplies the error. Cross entropy cancels it."""

from backlit.experiments import slow_learning

start = {"w": 2.0, "b": 2.0, "rate": 0.15}
for cost in ("quadratic", "cross_entropy"):
    columns = slow_learning(**start, cost=cost, epochs=300)
    epochs = next((epoch for epoch, a in zip(columns["epoch"], columns["output"], strict=True) if a < 0.5), None)
    print(f"{cost:14} a = {columns['output'][0]:.3f} at the start, where sigma'(z) = {columns['slope'][0]:.4f}")
    print(f"{'':14} dC/dw = {columns['gradient'][0]:.4f}; the output is below a half after {epochs} epochs")

assert columns["output"][-1] < 0.1
