"""PyTorch: eager with fused Adam, rows gathered by index (no DataLoader), and the same step under torch.compile."""

from __future__ import annotations

from collections.abc import Callable

import torch

from benchmarks.cases import BETAS, EPSILON, RATE, Case

GATES = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU}


def _parts(case: Case):
    layers: list[torch.nn.Module] = []
    for w, b in case.weights():
        linear = torch.nn.Linear(*w.shape, dtype=getattr(torch, case.precision))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T.copy()))
            linear.bias.copy_(torch.from_numpy(b))
        hidden = [GATES[case.gate]()] + ([torch.nn.Dropout(case.dropout)] if case.dropout else [])
        layers += [linear, *hidden]
    model = torch.nn.Sequential(*layers[: -len(hidden)])
    x, y = case.data()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, betas=BETAS, eps=EPSILON, fused=True)
    samples = case.samples()
    weights = None if samples is None else torch.from_numpy(samples)
    return model, optimizer, torch.from_numpy(x), torch.from_numpy(y), weights


def _cost(z: torch.Tensor, y: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
    if weights is None:
        return torch.nn.functional.cross_entropy(z, y)
    return (torch.nn.functional.cross_entropy(z, y, reduction="none") * weights).sum() / weights.sum()


def prepare(case: Case, compiled: bool = False) -> Callable[[], None]:
    model, optimizer, x, y, weights = _parts(case)

    def loss(rows_x: torch.Tensor, rows_y: torch.Tensor, rows_weights: torch.Tensor | None) -> torch.Tensor:
        return _cost(model(rows_x), rows_y, rows_weights)

    if compiled:
        loss = torch.compile(loss)

    def epoch() -> None:
        order = torch.randperm(case.rows)
        for start in range(0, case.rows, case.batch):
            rows = order[start : start + case.batch]
            optimizer.zero_grad(set_to_none=True)
            loss(x[rows], y[rows], None if weights is None else weights[rows]).backward()
            optimizer.step()

    return epoch


def prepare_compiled(case: Case) -> Callable[[], None]:
    return prepare(case, compiled=True)
