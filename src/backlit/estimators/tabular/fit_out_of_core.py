"""How a model is fitted to rows that need not fit in memory: learn columns, encode into a cache, train, conclude."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding import FrameEncoder
from backlit.encoding.text import TextOptions, missing_texts
from backlit.engine.ranks import Ranks, check_alike
from backlit.engine.sharded import ranks_here
from backlit.errors import BacklitError, DataError, DataWarning, warn
from backlit.estimators.shared.checkpoint import FitCheckpoint, checkpoint_of
from backlit.estimators.shared.identity import as_text, identity_of
from backlit.estimators.shared.sample_weights import weights_by_class
from backlit.estimators.tabular.building import blueprint_of
from backlit.estimators.tabular.fit import (
    FitInput,
    MemberRows,
    Prepared,
    blocks_in,
    conclude,
    scales_of,
    train_members,
)
from backlit.estimators.tabular.many_rows import recipe_for
from backlit.estimators.tabular.metrics import objective_of
from backlit.estimators.tabular.monitor import FitMonitor
from backlit.estimators.tabular.rows import validation_samples
from backlit.estimators.tabular.score_out_of_core import row_weights
from backlit.estimators.tabular.validation import MIN_ROWS, too_few_rows
from backlit.scale import EncodedCache, Source, out_of_core
from backlit.scale.cache import NOTHING_HELD, Held, Layout, cache_key, existing_cache, write_cache
from backlit.scale.learning import Summaries, learn
from backlit.scale.row_file import FLOAT
from backlit.scale.source import Chunk
from backlit.scale.targets import ClassCounts, TargetSample
from backlit.scale.windows import CachedRows
from backlit.training.samples import Samples

if TYPE_CHECKING:
    from backlit.estimators.tabular.base import BaseTabular  # for its type only: base.py calls this module

HELD_BYTES = 16 * 2**20
"""Of the rows that validate a member, at most: they stay in memory."""

CACHE_SAMPLE = 8_192
"""By which input scales and initial parameters are computed, about."""

NOT_YET = "is not possible out of core; give a frame that fits in memory, or leave it out"


@dataclass(frozen=True, slots=True)
class SplitOfCache:
    """The rows of a cache that a member learns from, all but some of each bin; the caller's own rows may validate."""

    cache: EncodedCache
    held: Held
    validation: Samples | None

    def member_rows(self, prepared: Prepared) -> MemberRows:
        """Rows that stay on the disk, and the few that validate."""
        cache, layout = self.cache, self.cache.layout
        sample = Samples(*cache.sample(CACHE_SAMPLE, self.held))
        scales = scales_of(prepared, sample)
        held = self.validation
        if held is None:
            held = Samples(*cache.rows([self.held.of(layout, number) for number in range(layout.bins)]))
        held = replace(held, inputs=held.inputs * scales)
        rows = layout.rows - self.held.count(layout)
        learn = CachedRows(cache, self.held, scales, min(prepared.recipe.batch_size, rows))
        return MemberRows(learn, held, scales, np.ascontiguousarray(sample.inputs * scales))


def fit_out_of_core(model: BaseTabular, given: FitInput) -> None:
    """Learn columns and targets, encode, split, train, merge, calibrate."""
    refuse_what_is_missing(model, given)
    source, ranks = out_of_core(given.X), ranks_here()
    with checkpoint_of(model) as checkpoint:
        cache = cache_together(model, given, source, ranks)
        notes = (*source.notes, *model.encoder_.notes)
        if notes:
            warn(DataWarning(notes))
        prepared = prepare(model, cache, checkpoint)
        splits = split_cache(model, given, prepared, cache)
        digest = [np.frombuffer(bytes.fromhex(cache.digest), np.uint8)]
        blocks = blocks_in(prepared, len(splits), len(cache))
        checkpoint.begin(identity_of(model, prepared.seed, prepared.blueprint, digest, blocks))
        deadline = math.inf if model.time_limit is None else time.monotonic() + float(model.time_limit)
        monitor = FitMonitor(len(splits), model.verbose and not ranks.rank, given.on_epoch, deadline)
        members = train_members(model, prepared, splits, monitor, checkpoint)
    copies = 1 if given.X_val is None else len(members)
    conclude(model, prepared, members, copies, len(cache), cache.digest)
    model.target_name_ = given.y


def refuse_what_is_missing(model: BaseTabular, given: FitInput) -> None:
    """Refuse what only frames in memory can have."""
    if not isinstance(given.y, str):
        raise BacklitError("y: X is read in chunks, so y is the name of its column; give it as text")
    if given.sample_weight is not None and not isinstance(given.sample_weight, str):
        raise BacklitError("sample_weight: X is read in chunks, so it is the name of a column; give it as text")
    for name, value in (
        ("groups", given.groups is not None),
        ("ordered", model.ordered),
        ("warm_start", model.warm_start),
        ("diagnose", model.diagnose),
    ):
        if value:
            raise BacklitError(f"{name}: {name} {NOT_YET}")


def cache_together(model: BaseTabular, given: FitInput, source: Source, ranks: Ranks) -> EncodedCache:
    """The rows as numbers: rank 0 writes them, and those that read the same files find what it has written."""
    if ranks.size > 1:
        check_alike(ranks, source.name, source.outline(), "give all ranks the same files")
    key = key_of(model, given, source)
    first = ranks.broadcast(key or "")
    finds = ranks.rank > 0 and key == first
    if finds:
        ranks.barrier()
    cache = cache_of(model, given, source, key)
    if not finds:
        ranks.barrier()
    return cache


def key_of(model: BaseTabular, given: FitInput, source: Source) -> str | None:
    """The name of the cache by what it follows from; None where it is for this fit alone."""
    target, weight = given.y, given.sample_weight
    for name in (target, weight):
        if name is not None and name not in source.schema.names:
            message = f"{source.name} has no column {name!r}; it has {', '.join(map(repr, source.schema.names[:10]))}"
            raise DataError(message, column=name)
    if source.fingerprint is None:
        return None
    parameters = vars(model)
    chosen = [as_text(parameters.get(name)) for name in ("missing", "day_first", "class_weight", "loss", "quantile")]
    return cache_key(source.fingerprint, model.task, target, weight, chosen, as_text(given.classes))


def cache_of(model: BaseTabular, given: FitInput, source: Source, key: str | None) -> EncodedCache:
    """The rows as numbers, from an earlier fit of the same files if there was one; the model learns its columns."""
    target, weight = given.y, given.sample_weight
    model.__dict__.pop("_optimizer", None)  # of partial_fit
    model.__dict__.pop("residuals_", None)
    cache = existing_cache(source, key)
    if cache is not None:
        arrays = {name.removeprefix("encoder."): array for name, array in cache.arrays.items()}
        model._set_encoder(FrameEncoder.from_state(cache.facts["encoder"], arrays))
        model._take_target(cache.facts["target"], cache.arrays)
        return cache
    labels = ClassCounts() if model.task == "classification" else TargetSample()
    text = TextOptions(missing_texts(model.missing), model.day_first)
    largest = [0.0]

    def observe(chunk: Chunk) -> None:
        labels.add(chunk.table[target])
        if weight is not None:
            largest[0] = max(largest[0], float(np.max(row_weights(chunk.table[weight]), initial=0.0)))

    summaries = learn(source, [name for name in (target, weight) if name is not None], text, observe)
    learn_target(model, labels, given.classes)
    set_encoder(model, summaries, text)
    return encoded(model, source, key, summaries, labels, given, largest[0])


def learn_target(model: BaseTabular, labels: ClassCounts | TargetSample, classes: Any) -> None:
    """Learn classes, or center and unit of numbers, by what was seen of them."""
    model._observe_targets(model._learn_target(labels.cells(), classes))


def set_encoder(model: BaseTabular, summaries: Summaries, text: TextOptions) -> None:
    """The encoder of the columns, with how the target is read."""
    encoder, reading = summaries.encoder(text, recipe_for(model, summaries.rows).number_steps), model._target_text()
    if reading is not None:
        encoder = replace(encoder, notes=(*encoder.notes, *reading.notes), target=reading)
    model._set_encoder(encoder)


def encoded(
    model: BaseTabular, source: Source, key: str | None, summaries: Summaries, labels: ClassCounts | TargetSample,
    given: FitInput, largest_weight: float,
) -> EncodedCache:  # fmt: skip
    """All rows as numbers, in a new cache."""
    target, weight, encoder = given.y, given.sample_weight, model.encoder_
    if summaries.rows < MIN_ROWS:
        raise too_few_rows(summaries.rows)
    by_class = class_factors(model, labels)
    sums = np.zeros(2)
    if weight is not None and not largest_weight > 0.0:
        raise BacklitError("sample_weight: all weights are zero; at least one row has to count")
    unit = (largest_weight or 1.0) * (1.0 if by_class is None else float(by_class.max(initial=0.0)))

    def encode(table: pa.Table) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        targets = model._encode_target(table[target])
        model._observe_targets(targets)
        weights = np.empty(0, np.float32)
        if weight is not None or by_class is not None:
            each = np.ones(len(targets)) if weight is None else row_weights(table[weight])
            each = each if by_class is None else each * by_class[targets[:, 0].astype(np.int64)]
            weights = (each / unit).astype(np.float32)
            sums[:] += weights.sum(dtype=np.float64), len(weights)
        return encoder.encode(table), targets, weights

    def facts() -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        state, arrays = encoder.to_state()
        header, target_arrays = model._target_state()
        mean_weight = float(sums[0] / sums[1]) if sums[1] else 1.0
        kept = {"encoder": state, "target": header, "mean_weight": mean_weight, "rank_error": summaries.error}
        return kept, {f"encoder.{name}": array for name, array in arrays.items()} | target_arrays

    columns = model._encode_target(labels.cells().slice(0, 1)).shape[1]
    layout = Layout(summaries.rows, encoder.n_outputs, columns, weight is not None or by_class is not None)
    return write_cache(source, key, layout, encode, facts)


def class_factors(model: BaseTabular, labels: ClassCounts | TargetSample) -> NDArray[np.float64] | None:
    """A factor of the weights for each class."""
    class_weight = getattr(model, "class_weight", None)
    if class_weight is None or not isinstance(labels, ClassCounts):
        return None
    codes = model._encode_target(labels.cells())[:, 0].astype(np.int64)
    classes = model.classes_
    counts = np.bincount(codes, list(labels.counts.values()), len(classes)).astype(np.int64)
    return weights_by_class(class_weight, classes, counts)


def prepare(model: BaseTabular, cache: EncodedCache, checkpoint: FitCheckpoint) -> Prepared:
    """Describe the network, with a sample in the place of all rows."""
    recipe = recipe_for(model, len(cache))
    seed = ranks_here().broadcast(checkpoint.seed(model.random_state))
    samples = Samples(*cache.sample(CACHE_SAMPLE))
    task = model._fit_task(recipe, samples.targets)
    encoder = model.encoder_
    blueprint = blueprint_of(recipe, task.loss, encoder.n_outputs, task.outputs, encoder.n_quantities)
    objective = objective_of(model.metric, task)
    columns = model._column_inputs()
    return Prepared(samples, columns, recipe, task, model.metric, objective, blueprint, seed, model.n_jobs, None)


def split_cache(model: BaseTabular, given: FitInput, prepared: Prepared, cache: EncodedCache) -> list[SplitOfCache]:
    """For each member the rows of each bin that validate: others for each while there are any."""
    members, layout = prepared.recipe.n_members, cache.layout
    if given.X_val is not None:
        validation = validation_samples(model, given.X_val, given.y_val, layout.targets)
        return [SplitOfCache(cache, NOTHING_HELD, validation)] * members
    most = max(1, HELD_BYTES // (layout.inputs * FLOAT.itemsize))
    held = min(prepared.recipe.validation_fraction * layout.rows, most)
    smallest = int(np.diff(layout.bounds).min())
    each = min(max(1, round(held / layout.bins)), smallest - 1)
    every = max(1, int(layout.bins * each // held))  # where a row of each bin were too many
    starts = [number % max(1, smallest // each) * each for number in range(members)]
    return [SplitOfCache(cache, Held(start, start + each, every), None) for start in starts]
