"""Predictions of networks of weighted sums: rows go through all layers in panels that stay in the near caches.

A panel is as many rows as two vectors hold, transposed: what a layer makes of it is the panel that the next one takes,
and nothing is packed on the way. Weights are packed once a prediction, in the order in which tiles read them. Threads
take block after block, whoever is free; a single row reads the weights as they lie. Each number is the same chain of
sums as in `products.py`: the bits depend neither on the threads nor on the rows around.
"""

from numba import carray, njit, types

from ..job import (
    BIASES,
    FINITE,
    HEIGHT,
    INPUT_ROWS,
    JOB_COUNT,
    KERNELS,
    LAYERS,
    NETWORK,
    OUTPUT_ROWS,
    PACKED,
    PANELS,
    ROW_COUNT,
    SCRATCH,
    SCRATCH_STEP,
    SUMS,
    TAKEN,
    THETA,
    THREADS,
    WEIGHTS,
)
from ..kernel_table import ACTIVATE, BASIS, KERNEL_COUNT
from ..precision import FLOAT_BYTES, LANES, MATRIX, OPTIONS, PART, TILE_ROWS, F
from ..products.products import even, multiply_row
from ..products.tiles import BROAD, DEPTH, PANEL, copy, tile, turn
from ..products.vectors import wide
from ..runtime.calls import call_activate, call_forward
from ..runtime.memory import address, advance, whole_numbers
from ..runtime.team import SPINS, arrive, clock, leave, let_others_run, look, pause, put
from .tables import BIAS, FIRST, GATE_FORWARD, GROUPS, INPUTS, OUTPUTS, PARAMETERS, numbers

# of the board by which a caller and its helpers find each other, a cache line apart
JOB, POSTED, INSIDE, AWAKE = 0, 8, 16, 24
SHORTLY = 250_000
"""Cycles for which a helper asks for the next prediction before it sleeps: about a tenth of a millisecond."""
TABLE_COLUMNS = 14
READ_ONLY_MATRIX = types.Array(MATRIX.dtype, 2, "C", readonly=True)


@njit(**OPTIONS)
def whole_table(start, rows, columns):
    """A table of whole numbers at an address."""
    return carray(whole_numbers(start), (rows, columns))


@njit(**OPTIONS)
def pack_layer(w, b, weights, biases, inner, width, stride):
    """Pack a group's weights tile by tile, and each of its biases into all lanes of a panel."""
    depth, count = even(inner, DEPTH, 1), -(-width // TILE_ROWS)
    low, higher = width // count, width % count
    for first in range(0, inner, depth):
        deep, column = min(depth, inner - first), 0
        for number in range(count):
            high = low + 1 if number < higher else low
            source = advance(w, first * stride + column)
            into = advance(weights, first * width + column * deep)
            for k in range(deep):
                copy(advance(source, k * stride), advance(into, k * high), high)
            column += high
    single, spread = numbers(b, 0, width), numbers(biases, 0, width * PANEL)
    for j in range(width):
        for lane in range(PANEL):
            spread[j * PANEL + lane] = single[j]


@njit(**OPTIONS)
def pack_network(job, network):
    """Pack all layers."""
    weights, biases = job[WEIGHTS], job[BIASES]
    for layer in range(network.shape[0]):
        outputs, groups = network[layer, OUTPUTS], network[layer, GROUPS]
        inner, width = network[layer, INPUTS] // groups, outputs // groups
        for g in range(groups):
            w = advance(job[THETA], network[layer, PARAMETERS] + g * width)
            b = advance(job[THETA], network[layer, BIAS] + g * width)
            pack_layer(w, b, weights, biases, inner, width, outputs)
            weights, biases = advance(weights, inner * width), advance(biases, width * PANEL)


@njit(**PART)
def multiply_panels(tiles, weights, biases, panels, inner, width, x, x_step, z, z_step):
    """One group's z of some panels: tile by tile, and at most `DEPTH` along the inner side."""
    depth, count = even(inner, DEPTH, 1), -(-width // TILE_ROWS)
    low, higher, line = width // count, width % count, PANEL * FLOAT_BYTES
    for first in range(0, inner, depth):
        deep = min(depth, inner - first)
        for panel in range(panels):
            right, out, column = advance(x, panel * x_step + first * PANEL), advance(z, panel * z_step), 0
            for number in range(count):
                high = low + 1 if number < higher else low
                left, into = advance(weights, first * width + column * deep), out + column * line
                begin = into if first else biases + column * line
                tile(
                    tiles, BROAD, high, left, FLOAT_BYTES, high * FLOAT_BYTES, right, line, begin, line, into, line,
                    deep, PANEL, 0, 0,
                )  # fmt: skip
                column += high


@njit(**PART)
def take_rows(source, inputs, rows, x):
    """Some rows of the data as panels; beyond the last row there are copies of it."""
    stride = inputs * FLOAT_BYTES
    for panel in range(-(-rows // PANEL)):
        for lane in range(0, PANEL, LANES):
            first = panel * PANEL + lane
            row, count = min(first, rows - 1), max(rows - first, 1)
            for k in range(0, inputs, LANES):
                into = advance(x, (panel * inputs + k) * PANEL + lane)
                turn(source + row * stride + k * FLOAT_BYTES, stride, into, count, inputs - k)


@njit(**PART)
def give_rows(z, outputs, rows, into):
    """Panels of the last layer as rows."""
    panels, made = numbers(z, 0, -(-rows // PANEL) * PANEL * outputs), numbers(into, 0, rows * outputs)
    for row in range(rows):
        begin = row // PANEL * PANEL * outputs + row % PANEL
        for j in range(outputs):
            made[row * outputs + j] = panels[begin + j * PANEL]


@njit(**PART)
def all_finite(source, count):
    """Whether so many numbers are finite."""
    wide()
    every, total = numbers(source, 0, count), F(0.0)
    for i in range(count):
        total += every[i] * F(0.0)
    return total == F(0.0)


@njit(**OPTIONS)
def carry_block(job, network, kernels, first, rows, x, z):
    """The outputs of some rows, through all layers; `x` and `z` are memory for a layer's panels."""
    inputs, last = network[0, INPUTS], network.shape[0] - 1
    source = advance(job[INPUT_ROWS], first * inputs)
    if not all_finite(source, rows * inputs):
        job[FINITE] = 0
    take_rows(source, inputs, rows, x)
    weights, biases, panels = job[WEIGHTS], job[BIASES], -(-rows // PANEL)
    for layer in range(last + 1):
        inputs, outputs, groups = network[layer, INPUTS], network[layer, OUTPUTS], network[layer, GROUPS]
        inner, width = inputs // groups, outputs // groups
        for g in range(groups):
            multiply_panels(
                kernels[BASIS], weights, biases, panels, inner, width, advance(x, g * inner * PANEL), inputs * PANEL,
                advance(z, g * width * PANEL), outputs * PANEL,
            )  # fmt: skip
            weights, biases = advance(weights, inner * width), advance(biases, width * PANEL)
        if layer < last and network[layer, GATE_FORWARD]:
            call_forward(network[layer, GATE_FORWARD], z, x, panels * PANEL * outputs)
        else:
            x, z = z, x
    outputs = network[last, OUTPUTS]
    give_rows(x, outputs, rows, z)
    call_activate(kernels[ACTIVATE], z, advance(job[OUTPUT_ROWS], first * outputs), rows, outputs)


@njit(**PART)
def carry_row(job, network, kernels, a):
    """The outputs of a single row, whose weights are read once, as they lie; `a` is memory for all layers."""
    x, z, last = job[INPUT_ROWS], job[SUMS], network.shape[0] - 1
    if not all_finite(x, network[0, INPUTS]):
        job[FINITE] = 0
    for layer in range(last + 1):
        inputs, outputs = network[layer, INPUTS], network[layer, OUTPUTS]
        w, b = advance(job[THETA], network[layer, PARAMETERS]), advance(job[THETA], network[layer, BIAS])
        multiply_row(x, FLOAT_BYTES, w, outputs * FLOAT_BYTES, b, z, inputs, outputs)
        if layer == last:
            call_activate(kernels[ACTIVATE], z, job[OUTPUT_ROWS], 1, outputs)
        x, z = z, advance(z, outputs)
        if network[layer, GATE_FORWARD]:
            call_forward(network[layer, GATE_FORWARD], x, a, outputs)
            x, a = a, advance(a, outputs)


@njit(**PART)
def wait_until(counter, number):
    """Wait until a counter has reached a number."""
    spins = 0
    while look(counter) < number:
        spins += 1
        if spins > SPINS:
            let_others_run()


@njit(**PART)
def wait_until_none(counter):
    """Wait until a counter is at 0."""
    spins = 0
    while look(counter) != 0:
        spins += 1
        if spins > SPINS:
            let_others_run()


@njit(**PART)
def begin(job, helpers, inputs, outputs):
    """Describe a prediction, of which nothing is claimed or done."""
    rows, threads = inputs.shape[0], helpers + 1
    job[INPUT_ROWS], job[OUTPUT_ROWS], job[ROW_COUNT] = address(inputs, 0), address(outputs, 0), rows
    job[THREADS], job[FINITE] = threads, 1
    job[HEIGHT] = PANEL * max(min(job[PANELS], rows // (PANEL * threads)), 1)
    put(job[PACKED], 0)
    put(job[TAKEN], 0)


@njit(**PART)
def work(job, rank):
    """Take part in a prediction that has memory for this thread."""
    if rank >= job[THREADS]:
        return
    network = whole_table(job[NETWORK], job[LAYERS], TABLE_COLUMNS)
    kernels = carray(whole_numbers(job[KERNELS]), KERNEL_COUNT)
    x = job[SCRATCH] + rank * job[SCRATCH_STEP]
    if job[ROW_COUNT] == 1:
        carry_row(job, network, kernels, x)
        return
    z, height = x + job[SCRATCH_STEP] // 2, job[HEIGHT]
    if rank == 0:
        pack_network(job, network)
        put(job[PACKED], 1)
    else:
        wait_until(job[PACKED], 1)
    while True:
        first = arrive(job[TAKEN]) * height
        if first >= job[ROW_COUNT]:
            return
        carry_block(job, network, kernels, first, min(height, job[ROW_COUNT] - first), x, z)


def predict_in_panels(board, number, rank, job, helpers, inputs, outputs):
    """As rank 0: post a job under a number, and return when it is done. Else help, until no job comes for a while.

    A helper counts itself in before it reads a job, and its caller waits until all are out again. A caller without
    helpers has a board of its own. Returns whether all inputs are finite.
    """
    lines, known = address(board, 0), FIRST
    if rank == 0:
        begin(job, helpers, inputs, outputs)
        put(lines + JOB * 8, address(job, 0))
        put(lines + POSTED * 8, number)
    since = clock()
    while rank == 0 or clock() - since < SHORTLY:
        posted = look(lines + POSTED * 8)
        if posted == known:
            pause()
            continue
        if rank != 0:
            known = posted
            if posted == 0:
                continue
            arrive(lines + INSIDE * 8)
        if look(lines + POSTED * 8) == posted:
            work(carray(whole_numbers(look(lines + JOB * 8)), JOB_COUNT), rank)
        if rank == 0:
            break
        leave(lines + INSIDE * 8)
        since = clock()
    if rank == 0:
        put(lines + POSTED * 8, 0)
        wait_until_none(lines + INSIDE * 8)
    else:
        put(lines + (AWAKE + 8 * rank) * 8, 0)
    return job[FINITE] != 0


SIGNATURES = {
    "predict_in_panels": types.boolean(
        types.int64[::1], types.int64, types.int64, types.int64[::1], types.int64, READ_ONLY_MATRIX, MATRIX
    )
}
"""What is called from Python."""
