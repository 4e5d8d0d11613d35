"""Which fit a checkpoint is of: estimator, parameters, data, and what its bits depend on besides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from backlit import __version__
from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.declared.losses import loss_named
from backlit.engine.processor import processor_name, vectors_here
from backlit.estimators.shared.parameter_table import CHECKPOINT, DIAGNOSE
from backlit.network.blueprint import Blueprint

IRRELEVANT = frozenset({*CHECKPOINT, *DIAGNOSE, "verbose", "n_jobs", "time_limit", "random_state"})
"""Parameters that may change from one start of a fit to the next: the result does not depend on them, or (`n_jobs`,
`random_state`) only by what is compared itself."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a fit's result follows from.

    Parameters
    ----------
    estimator : str
        The name of its class.
    parameters : mapping of str to str
    seed : int
    data : str
        A digest of all rows, in the order in which they are learnt from, and of the network that is trained.
    library, vectors : str
        Whose kernels, and for which kind of vector unit they are compiled.
    blocks : int
        Into how many blocks mini-batches are cut.
    processor : str
        For which the kernels are compiled. One that differs is no other fit, but may round otherwise.
    """

    estimator: str
    parameters: Mapping[str, str]
    seed: int
    data: str
    library: str
    vectors: str
    blocks: int
    processor: str

    def to_state(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


def identity_of(
    model: Any, seed: int, blueprint: Blueprint, arrays: Iterable[NDArray[Any] | None], blocks: int
) -> Identity:
    """The identity of a fit.

    Parameters
    ----------
    model : estimator
    seed : int
    blueprint : Blueprint
        The network that is trained.
    arrays : iterable of ndarray
        What is learnt from, and begun with.
    blocks : int
    """
    given = model.get_params(deep=False)
    return Identity(
        type(model).__name__,
        {name: as_text(value) for name, value in given.items() if name not in IRRELEVANT},
        seed,
        digest([network_text(blueprint)], arrays),
        f"Backlit {__version__} on Numba {numba.__version__}",
        vectors_here()[0].name,
        blocks,
        processor_name(),
    )


def facts_of(identity: Identity) -> dict[str, str]:
    """What must be the same in all processes that train together, by words for it."""
    facts = {"estimator": identity.estimator, **identity.parameters, "seed": str(identity.seed)}
    return facts | {"digest of the rows": identity.data, "library": identity.library, "vectors": identity.vectors}


def difference(kept: Mapping[str, Any], identity: Identity) -> str:
    """What a checkpoint's fit and this one differ in, as the end of a sentence on the checkpoint; "" if in nothing.

    Parameters
    ----------
    kept : mapping
        Of the checkpoint: an identity as `to_state` gave it.
    identity : Identity
        Of this fit.
    """
    new = "name another file to begin anew"
    if kept["estimator"] != identity.estimator:
        return f"is of a {kept['estimator']}, and this is a {identity.estimator}; {new}"
    before, now = kept["parameters"], identity.parameters
    changed = [f"{name}={before.get(name)} (now {now.get(name)})" for name in now if before.get(name) != now[name]]
    if changed:
        return f"is of a fit with {', '.join(changed)}; fit with the same parameters, or {new}"
    if kept["seed"] != identity.seed:
        return f"is of a fit with the seed {kept['seed']} (now {identity.seed}); give the same, or {new}"
    if kept["data"] != identity.data:
        return f"is of other data than this fit's; fit to the same rows in the same order, or {new}"
    if kept["library"] != identity.library:
        return f"was begun by {kept['library']}, and this is {identity.library}; go on with that one, or {new}"
    if kept["vectors"] != identity.vectors:
        kinds = f"{kept['vectors']} vectors, and here they are {identity.vectors}"
        return f"was begun on a processor with {kinds}, which round otherwise; go on on such a machine, or {new}"
    if kept["blocks"] != identity.blocks:
        threads = f"{kept['blocks']} threads (now {identity.blocks})"
        return f"was begun on {threads}, which round otherwise; set n_jobs={kept['blocks']}, or {new}"
    return ""


def as_text(value: Any) -> str:
    """A parameter's value as text that is the same for equal values.

    Examples
    --------
    >>> as_text((8, 4)) == as_text([8, 4]) == as_text(np.array([8, 4])), as_text(np.float64(0.5)), as_text(len)
    (True, '0.5', 'builtins.len')
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_text, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{as_text(key)}: {as_text(part)}' for key, part in value.items()))}}}"
    if callable(value):
        return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"
    return repr(value)


def network_text(blueprint: Blueprint) -> str:
    """A network as text, with the formulas of its gates and its loss, which may be the user's."""
    gates = [GATES[name] for name in sorted({layer.gate for layer in blueprint.layers})]
    # an array gate holds functions, whose text differs from process to process; all of them are built in
    formulas = [(gate.name, gate.value, gate.local) if isinstance(gate, Gate) else (gate.name,) for gate in gates]
    loss = loss_named(blueprint.loss)
    return repr([blueprint.to_state(), formulas, (loss.name, loss.term, loss.local)])


def digest(texts: Iterable[str], arrays: Iterable[NDArray[Any] | None]) -> str:
    """A digest of texts and of arrays, with their types and shapes.

    Examples
    --------
    >>> digest([], [np.zeros(2)]) == digest([], [np.zeros(2, np.float32)]), len(digest(["a"], [None]))
    (False, 32)
    """
    whole = hashlib.blake2b(digest_size=16)
    for text in texts:
        whole.update(text.encode())
    for array in arrays:
        if array is None:
            whole.update(b"\nnone\n")
        else:
            whole.update(f"\n{array.dtype.str} {array.shape}\n".encode())
            whole.update(np.ascontiguousarray(array).data)
    return whole.hexdigest()
