"""Records modules of PyTorch, their inputs, PyTorch's own outputs and gradients, in this folder; outside CI.

Needs `pip install torch==2.13.0` (BSD-3-Clause). A module is kept as its classes, attributes and numbers: what
`backlit.import_network` reads of it. `record.py --check` imports the live modules and holds them against PyTorch.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from backlit.interop.networks.readers._torch_order import calls_of

HERE = Path(__file__).parent
ATTRIBUTES = (
    "negative_slope", "alpha", "beta", "threshold", "value", "min_val", "max_val", "lambd", "approximate", "p", "dim",
    "eps", "normalized_shape", "training",
)  # fmt: skip
ACTIVATIONS = (
    nn.ReLU(), nn.Sigmoid(), nn.Tanh(), nn.SELU(), nn.SiLU(), nn.Mish(), nn.Softsign(), nn.LogSigmoid(), nn.Hardswish(),
    nn.LeakyReLU(), nn.LeakyReLU(0.2), nn.ELU(), nn.ELU(0.5), nn.CELU(0.7), nn.Softplus(), nn.Softplus(3.0, 1.0),
    nn.Hardtanh(), nn.Hardtanh(-0.3, 0.8), nn.ReLU6(), nn.Hardsigmoid(), nn.Threshold(0.2, -0.4), nn.Hardshrink(),
    nn.Softshrink(0.3), nn.GELU(), nn.GELU("tanh"), nn.PReLU(), nn.PReLU(5), nn.Identity(),
)  # fmt: skip


def normed(width):
    """A batch norm that has seen some rows."""
    norm = nn.BatchNorm1d(width)
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.5, 2)
    nn.init.uniform_(norm.weight, 0.5, 2)
    nn.init.uniform_(norm.bias, -1, 1)
    return norm


class Hidden(nn.Module):
    """A module of a user's own that is a chain."""

    def __init__(self):
        super().__init__()
        self.first, self.gate, self.last = nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)

    def forward(self, x):
        return self.last(self.gate(self.first(x)))


class Own(nn.Module):
    """A module of a user's own: layers are listed in another order than its forward calls them."""

    def __init__(self, path):
        super().__init__()
        self.last, self.middle, self.first = nn.Linear(5, 2), nn.Linear(5, 5), nn.Linear(3, 5)
        self.norm, self.drop, self.path = normed(5), nn.Dropout(0.2), path
        self.block = nn.Sequential(nn.Linear(5, 5), nn.Tanh())
        self.own = nn.Parameter(torch.ones(5, 5))

    def forward(self, x):
        return self.path(self, x)


CHAINS = {
    "functions": lambda net, x: net.last(functional.leaky_relu(net.middle(torch.relu(net.first(x))), 0.2)),
    "methods": lambda net, x: net.last(net.drop(net.norm(net.first(x)).tanh())),
    "shapes": lambda net, x: net.last(net.block(net.first(x.view(x.size(0), -1)))).softmax(dim=1),
    "numbers": lambda net, x: net.last(functional.dropout(functional.elu(net.first(x), alpha=0.5), 0.3, net.training)),
    "more numbers": lambda net, x: net.last(
        functional.softplus(net.middle(functional.gelu(net.first(x), approximate="tanh")), 2.0)
    ),
}
"""Forwards that are chains."""
BRANCHES = {
    "a sum": (
        lambda net, x: net.last(net.first(x) + net.middle(net.first(x))),
        "first in Own.forward takes x and passes first by",
    ),
    "a residual": (lambda net, x: net.last((lambda a: a + net.middle(a))(net.first(x))), "add in Own.forward takes"),
    "a product": (lambda net, x: net.last((lambda a: a * torch.sigmoid(a))(net.first(x))), "mul in Own.forward takes"),
    "a skip": (
        lambda net, x: (lambda a: (net.middle(a), net.last(a))[1])(net.first(x)),
        "last in Own.forward takes first and passes middle by",
    ),
    "weights of its own": (lambda net, x: net.last(net.first(x) @ net.own), "Own.forward calls matmul, which is none"),
    "shared weights": (lambda net, x: net.last(net.middle(net.middle(net.first(x)))), "it is called a second time"),
    "a choice": (
        lambda net, x: net.last(net.first(x)) if x.sum() > 0 else net.last(net.middle(net.first(x))),
        "cannot be followed",
    ),
}
"""Forwards that are not, and a part of what is said of them."""


def networks():
    torch.manual_seed(24)
    for gate in ACTIVATIONS:
        yield f"{gate}", nn.Sequential(nn.Linear(3, 5), gate, nn.Linear(5, 2)).double()
    yield "float32", nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2))
    twice = nn.Tanh()
    chains = {
        "one gate that stands twice": [nn.Linear(3, 4), twice, nn.Linear(4, 3), twice, nn.Linear(3, 1)],
        "no bias, nested": [nn.Sequential(nn.Linear(3, 4, bias=False), nn.Tanh()), nn.Linear(4, 1)],
        "norm before the gate": [nn.Linear(3, 5), normed(5), nn.ReLU(), nn.Linear(5, 2)],
        "norm behind the gate": [nn.Linear(3, 5), nn.ReLU(), normed(5), nn.Linear(5, 2)],
        "norm in front": [normed(3), nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2)],
        "two norms": [nn.Linear(3, 5), normed(5), nn.ELU(), normed(5), nn.Linear(5, 2)],
        "norm before sigmoid": [nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2), normed(2), nn.Sigmoid()],
        "softmax": [nn.Flatten(), nn.Linear(3, 4), nn.Tanh(), nn.Dropout(0.3), nn.Linear(4, 3), nn.Softmax(1)],
        "two gates": [nn.Linear(3, 4), nn.Tanh(), nn.ReLU(), nn.Linear(4, 1)],
    }
    for name, parts in chains.items():
        yield name, nn.Sequential(*parts).double()
    for name, path in CHAINS.items():
        yield f"its own forward: {name}", Own(path).double()


def tree(module):
    attributes = {name: getattr(module, name) for name in ATTRIBUTES if hasattr(module, name)}
    attributes = {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}
    tensors = {**dict(module.named_parameters(recurse=False)), **dict(module.named_buffers(recurse=False))}
    return {
        "kind": type(module).__name__, "module": type(module).__module__, "attributes": attributes,
        "none": [name for name, value in module._parameters.items() if value is None],
        "tensors": {name: [str(value.dtype), value.tolist()] for name, value in tensors.items()},
        "children": [[name, tree(child)] for name, child in module._modules.items()],
    }  # fmt: skip


def calls(module):
    """What the forward of a module of a user's own calls, as data; None for the tool's own."""
    found = calls_of(module) if isinstance(module, Own) else None
    return None if found is None else [call._asdict() for call in found]


def case(name, module):
    module.eval()
    dtype = next(module.parameters()).dtype
    for value in (*module.parameters(), *module.buffers()):
        value.data = torch.round(value.data, decimals=3) if value.is_floating_point() else value.data  # a short record
    rows = torch.round(torch.randn(4, 3, dtype=dtype) * 1.5, decimals=2)
    outputs = module(rows)
    goals = torch.round(torch.rand_like(outputs), decimals=2)
    loss = 0.5 * ((outputs - goals) ** 2).sum(1).mean()
    first = getattr(module, "first", None) or next(part for part in module.modules() if isinstance(part, nn.Linear))
    (gradient,) = torch.autograd.grad(loss, [first.weight])
    return {
        "name": name, "tree": tree(module), "calls": calls(module), "inputs": rows.tolist(),
        "outputs": outputs.tolist(), "targets": goals.tolist(), "loss": loss.item(), "gradient": gradient.T.tolist(),
    }  # fmt: skip


def check():
    import backlit

    for name, module in [*networks(), ("a module of one's own", Hidden())]:
        module.eval()
        dtype = next(module.parameters()).dtype
        rows = torch.randn(6, 3, dtype=dtype)
        theirs = module(rows).detach().numpy()
        model = backlit.import_network(module)
        ours = model._outputs(rows.numpy())
        assert np.abs(ours - theirs).max() <= (1e-12 if dtype == torch.float64 else 1e-5) * np.abs(theirs).max(), name
        print(f"ok: {name}")
    for name, (path, said) in BRANCHES.items():
        try:
            backlit.import_network(Own(path))
        except backlit.errors.BacklitError as error:
            refused = str(error)
        else:
            refused = ""
        assert said in refused, (name, refused)
        print(f"ok: {name} is refused")
    check_diagnosis(backlit)
    check_skorch(backlit)


def check_diagnosis(backlit):
    """A module of a user's own is diagnosed, and is as it was."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 3)).astype(np.float32)
    labels = (rows[:, 0] * rows[:, 1] > 0).astype(int)
    net = Own(CHAINS["methods"])
    before = {name: value.clone() for name, value in net.state_dict().items()}
    seen = backlit.diagnose(net.train(), rows, labels, training={"optimizer": "sgd", "rate": 1e-6, "epochs": 2})
    assert net.training
    assert net.drop.training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert seen.symptoms[0].name == "rate_too_low", seen
    print("ok: diagnosis of a module of one's own")


def check_skorch(backlit):
    """Nets of skorch's, bare and behind a scaler, with every end that its classifiers have."""
    import skorch
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    labels, hidden = (rows[:, 0] > 0).astype(np.int64), (nn.Linear(3, 4), nn.ReLU())
    quiet = {"max_epochs": 2, "verbose": 0}
    several, one = nn.Sequential(*hidden, nn.Linear(4, 2)), nn.Sequential(*hidden, nn.Linear(4, 1))
    for net, target in (
        (skorch.NeuralNetClassifier(nn.Sequential(*several, nn.Softmax(dim=-1)), **quiet), labels),
        (skorch.NeuralNetClassifier(several, criterion=nn.CrossEntropyLoss, **quiet), labels),
        (skorch.NeuralNetBinaryClassifier(nn.Sequential(*one, nn.Flatten(0)), **quiet), labels.astype(np.float32)),
        (make_pipeline(StandardScaler(), skorch.NeuralNetRegressor(one, **quiet)), rows[:, :1]),
    ):
        ours = backlit.import_network(net.fit(rows, target))
        method = "predict_proba" if hasattr(ours, "classes_") else "predict"
        theirs = getattr(net, method)(rows).squeeze()
        assert np.abs(getattr(ours, method)(rows) - theirs).max() <= 1e-5 * np.abs(theirs).max()
        print(f"ok: {type(net).__name__} of skorch")


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
    else:
        cases = [case(name, module) for name, module in networks()]
        text = json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n"
        (HERE / "expected.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
