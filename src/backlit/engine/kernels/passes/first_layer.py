"""The first dense layer where it is large or its inputs are mostly 0: shared out by inputs, and around the zeros."""

from numba import njit

from ..kernel_table import BASIS, PRODUCT, SPARSE, SPARSE_GRADIENT
from ..precision import OPTIONS, PART
from ..runtime.calls import call_product, call_sparse, call_sparse_gradient
from ..runtime.memory import INDEX_BYTES, advance
from ..runtime.team import wait_for_all
from ..workspace import GRADIENT, LISTED, PARTIAL, THETA, TURNED, X, Z
from .tables import BIAS, FIRST, INPUTS, OUTPUTS, PARAMETERS, ROWS_OFFSET, numbers, part_of, sum_rows


@njit(**PART)
def forward_nonzero(network, kernels, workspace, layer, first, rows, x, z):
    """Fill z of some rows, and list which of their inputs are not 0."""
    inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
    w, b = advance(workspace[THETA], network[layer, PARAMETERS]), advance(workspace[THETA], network[layer, BIAS])
    listed = workspace[LISTED] + first * (1 + inputs) * INDEX_BYTES
    call_sparse(kernels[SPARSE], x, inputs, listed, w, b, z, rows, inputs, outputs)


@njit(**OPTIONS)
def lists_of_part(workspace, first, part, batch):
    """Where a part's lists lie, if the first layer is shared out by inputs and this is its part's first."""
    return workspace[LISTED] + batch * (first + part) * INDEX_BYTES


@njit(**OPTIONS)
def sum_by_inputs(network, kernels, workspace, counter, arrivals, rank, team, blocks, rows, batch):
    """The first layer's sums, shared out by inputs between two barriers; returns the arrivals counted so far."""
    arrivals = wait_for_all(counter, team, arrivals)
    for part in range(rank, blocks, team):
        sum_inputs(network, kernels, workspace, part, blocks, rows, batch)
    return wait_for_all(counter, team, arrivals)


@njit(**PART)
def sum_inputs(network, kernels, workspace, part, parts, rows, batch):
    """The first layer's sums over a part of its inputs, for all rows; the first part has the bias.

    So no thread reads weights that another one steps: to write what is in another's cache takes several times as long.
    """
    inputs, outputs = network[0, INPUTS], network[0, OUTPUTS]
    first, last = part_of(inputs, part, parts), part_of(inputs, part + 1, parts)
    x, w = advance(workspace[X], first), advance(workspace[THETA], network[0, PARAMETERS] + first * outputs)
    b = advance(workspace[THETA], network[0, BIAS]) if part == 0 else FIRST
    partial = advance(workspace[PARTIAL], (part - 1) * batch * outputs)
    z = advance(workspace[Z], network[0, ROWS_OFFSET]) if part == 0 else partial
    if workspace[LISTED]:
        listed = lists_of_part(workspace, first, part, batch)
        call_sparse(kernels[SPARSE], x, inputs, listed, w, b, z, rows, last - first, outputs)
    else:
        call_product(
            kernels[PRODUCT], kernels[BASIS], 0, 0, x, inputs, w, outputs, b, z, outputs, rows, last - first, outputs
        )


@njit(**PART)
def add_partial_sums(network, workspace, parts, first, rows, batch):
    """Add the other parts' sums of the first layer to those of the first part, for some rows."""
    outputs = network[0, OUTPUTS]
    begin, end = first * outputs, (first + rows) * outputs
    sums = numbers(advance(workspace[Z], network[0, ROWS_OFFSET]), begin, end)
    for part in range(1, parts):
        more = numbers(advance(workspace[PARTIAL], (part - 1) * batch * outputs), begin, end)
        for i in range(sums.size):
            sums[i] += more[i]


@njit(**PART)
def gradient_nonzero(network, kernels, workspace, layer, x, delta, part, parts, rows, batch):
    """Fill a part of dC/dw and dC/db from the lists; a team that shares out the inputs has lists for each part."""
    inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
    shared = layer == 0 and workspace[PARTIAL] != 0
    first, last = part_of(inputs, part, parts), part_of(inputs, part + 1, parts)
    before = first if shared else FIRST
    listed = lists_of_part(workspace, first, part, batch) if shared else workspace[LISTED]
    turned = workspace[TURNED] + before * (1 + rows) * INDEX_BYTES
    dw = advance(workspace[GRADIENT], network[layer, PARAMETERS] + before * outputs)
    call_sparse_gradient(
        kernels[SPARSE_GRADIENT], advance(x, before), inputs, listed, turned, delta, dw, first - before, last - before,
        rows, last - first if shared else inputs, outputs,
    )  # fmt: skip
    first, last = part_of(outputs, part, parts), part_of(outputs, part + 1, parts)
    sum_rows(delta, advance(workspace[GRADIENT], network[layer, BIAS]), first, last, rows, outputs)
