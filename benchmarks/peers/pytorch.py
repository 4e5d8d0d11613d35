"""PyTorch: eager with fused Adam, rows gathered by index (no DataLoader), and the same step under torch.compile."""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.cases import BETAS, EPSILON, RATE, Case

GATES = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU}


def _parts(case: Case):
    layers: list[torch.nn.Module] = []
    for w, b in case.weights():
        linear = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T.copy()))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, GATES[case.gate]()]
    model = torch.nn.Sequential(*layers[:-1])
    x, y = case.data()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, betas=BETAS, eps=EPSILON, fused=True)
    return model, optimizer, torch.from_numpy(x), torch.from_numpy(y), torch.nn.CrossEntropyLoss()


def prepare(case: Case) -> Callable[[], None]:
    model, optimizer, x, y, cost = _parts(case)

    def epoch() -> None:
        order = torch.randperm(case.rows)
        for start in range(0, case.rows, case.batch):
            rows = order[start : start + case.batch]
            optimizer.zero_grad(set_to_none=True)
            cost(model(x[rows]), y[rows]).backward()
            optimizer.step()

    return epoch


def prepare_compiled(case: Case) -> Callable[[], None]:
    model, optimizer, x, y, cost = _parts(case)

    @torch.compile
    def loss(rows_x: torch.Tensor, rows_y: torch.Tensor) -> torch.Tensor:
        return cost(model(rows_x), rows_y)

    def epoch() -> None:
        order = torch.randperm(case.rows)
        for start in range(0, case.rows, case.batch):
            rows = order[start : start + case.batch]
            optimizer.zero_grad(set_to_none=True)
            loss(x[rows], y[rows]).backward()
            optimizer.step()

    return epoch
