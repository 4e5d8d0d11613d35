"""Records networks of Keras, their inputs, Keras's own outputs and gradients, in this folder; outside CI.

Needs `pip install keras==3.15.1 jax==0.10.2 h5py==3.16.0` (Keras: Apache-2.0). Files are kept compressed: most of an
HDF5 file of a small network is zeros.
"""

import gzip
import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"  # for the network in float64; the others say float32 themselves

import jax
import keras
import numpy as np
from keras import layers

HERE = Path(__file__).parent
ACTIVATIONS = (
    ("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "tanh", "linear", "softsign"),
    (
        "hard_silu",
        "hard_tanh",
        "leaky_relu",
        "log_sigmoid",
        "mish",
        "relu",
        "sparse_plus",
        "tanh_shrink",
        "log_softmax",
    ),
    ("relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus", "sparse_sigmoid", "squareplus", "softmax"),
)
cases = []
SEED = int(os.environ.get("SEED", "24"))
rng = np.random.default_rng(SEED)


def widened(model):
    """Weights and biases that reach both sides of every activation."""
    model.set_weights([rng.normal(0, 1.2 if value.ndim == 2 else 0.7, value.shape) for value in model.get_weights()])
    return model


def kept(model, name):
    """Save a model, compress the file and read the model back from it: nothing else gives the outputs."""
    path = HERE / name
    model.save(path)
    model = keras.saving.load_model(path, compile=False, safe_mode=False)
    path.with_name(f"{name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    path.unlink()
    return model


def record(model, name, rows, tolerance=1e-5, loss=None, target=None):
    model = kept(model, name)
    rows = np.asarray(rows, dtype=model.compute_dtype if model.compute_dtype == "float64" else "float32")
    case = {"file": f"{name}.gz", "tolerance": tolerance, "inputs": rows.tolist()}
    case["outputs"] = np.asarray(model(rows), dtype=float).tolist()
    if loss:
        variables = [variable.value for variable in model.trainable_variables]
        fixed = [variable.value for variable in model.non_trainable_variables]

        def cost(variables, row):
            return loss(np.array([target]), model.stateless_call(variables, fixed, row)[0])

        value, (weights, inputs) = jax.value_and_grad(cost, argnums=(0, 1))(variables, jax.numpy.asarray(rows[:1]))
        case["first_row"] = {
            "target": target,
            "loss": float(value),
            "gradients": [np.asarray(gradient).tolist() for gradient in weights],
            "of_inputs": np.asarray(inputs)[0].tolist(),
        }
    cases.append(json.loads(json.dumps(case), parse_float=lambda text: round_to(text, tolerance)))


def round_to(text, tolerance):
    return float(text) if tolerance < 1e-6 else float(f"{float(text):.9g}")


def every_activation(rows):
    for number, names in enumerate(ACTIVATIONS, 1):
        model = keras.Sequential([keras.Input((2,)), *(layers.Dense(3, activation=name) for name in names)])
        for _ in range(500):  # weights for which every layer says something
            widened(model)
            values, spread = rows.astype("float32"), []
            for layer in model.layers:
                values = np.asarray(layer(values))
                spread.append(values.std(axis=0).max() / (1 + np.abs(values).max()))
            if min(spread) > 0.04 and np.isfinite(values).all():
                break
        else:
            raise SystemExit(f"activations_{number}: no weights found")
        record(model, f"activations_{number}.keras", rows)


def with_layers_of_preparation(rows, targets):
    normalization = layers.Normalization()
    normalization.adapt(np.column_stack([100 + 30 * rows[:, 0], rows[:, 1], np.full(len(rows), 3.0)]))
    inputs = keras.Input((3,), name="sizes")
    x = normalization(inputs)
    x = layers.Rescaling([0.5, 1.0, 1.0], offset=0.1)(x)
    x = layers.Dense(4, use_bias=False, name="first")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.05)(x)
    x = layers.Dense(4)(layers.Dropout(0.2)(layers.GaussianNoise(0.1)(x)))
    x = layers.LayerNormalization()(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Dense(3)(layers.Flatten()(x))
    x = layers.ELU(alpha=0.7)(layers.PReLU(alpha_initializer=keras.initializers.Constant(0.3))(x))
    outputs = layers.Dense(2, name="prices")(layers.Activation("gelu")(x))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.02), "mse")
    table = np.column_stack([100 + 30 * rows[:, 0], rows[:, 1], np.full(len(rows), 3.0)])
    model.fit(table, np.column_stack([targets, 1 - targets]), epochs=15, batch_size=8, verbose=0)
    record(model, "preparation.keras", table[:8])
    record(model, "preparation.h5", table[:8])


def with_a_constant_column(rows, targets):
    """What stands before and behind weights, and one column that was constant and then is not."""
    table = np.column_stack([100 + 30 * rows[:, 0], rows[:, 1], np.full(len(rows), 3.0)])
    normalization = layers.Normalization()
    normalization.adapt(table)
    inputs = keras.Input((3,), name="sizes")
    x = layers.Rescaling([0.5, 1.0, 1.0], offset=0.1)(normalization(inputs))
    x = layers.BatchNormalization(scale=False)(layers.Dense(4, use_bias=False, name="first")(x))
    x = layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.05)(x)
    x = layers.Dense(3)(layers.Dropout(0.2)(layers.GaussianNoise(0.1)(layers.Flatten()(x))))
    x = layers.Dense(3)(layers.PReLU(alpha_initializer=keras.initializers.Constant(0.3))(x))
    x = layers.Dense(3, activation="gelu")(layers.ELU(alpha=0.7)(x))
    x = layers.Dense(3)(x)
    outputs = layers.Dense(2, name="prices")(layers.LeakyReLU(negative_slope=0.2)(x))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.02), "mse")
    model.fit(table, np.column_stack([targets, 1 - targets]), epochs=15, batch_size=8, verbose=0)
    some = table[:8].copy()
    some[-1, 2] += 1e-6
    record(model, "columns.keras", some)
    record(model, "columns.h5", some)


def with_gradients(rows, targets):
    classes = (targets > 0).astype(int) + (targets > 0.7)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(4, "tanh"), layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(rows, classes, epochs=20, verbose=0)
    loss = keras.losses.SparseCategoricalCrossentropy()
    for name in ("classes.keras", "classes.h5"):
        record(model, name, rows[:8], loss=loss, target=int(classes[0]))

    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, "sigmoid"), layers.Dense(1, "sigmoid")])
    record(widened(model), "two_classes.keras", rows[:8], loss=keras.losses.BinaryCrossentropy(), target=[1.0])

    keras.config.set_dtype_policy("float64")
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, "silu"), layers.Dense(2)])
    record(widened(model), "float64.keras", rows[:8], 1e-12, keras.losses.MeanSquaredError(), [0.5, -0.5])
    keras.config.set_dtype_policy("float32")


def of_images(rows):
    """Images that are flattened, by a network that another one holds: as beginners' tutorials build it."""
    images = rows[:48].reshape(8, 3, 4)
    flattened = [keras.Input((3, 4)), layers.Rescaling(0.5), layers.Flatten()]
    hidden = [layers.Dense(5, "tanh"), layers.Dropout(0.2), layers.BatchNormalization(), layers.Dense(3)]
    inner = keras.Sequential([*flattened, *hidden])
    inner.set_weights([rng.uniform(0.1, 1.5, value.shape) for value in inner.get_weights()])
    outer = keras.Sequential([inner, layers.Softmax()])
    outer.build((None, 3, 4))
    for name in ("images.keras", "images.h5"):
        record(outer, name, images)
        cases[-1]["inputs"] = images.reshape(8, 12).astype("float32").astype(float).round(3).tolist()


def refused():
    inputs = keras.Input((2,))
    first = layers.Dense(2)(inputs)
    kept(keras.Model(inputs, layers.Add()([first, layers.Dense(2)(first)])), "refused_branch.keras")
    kept(keras.Sequential([inputs, layers.Lambda(lambda x: x + 1), layers.Dense(1)]), "refused_lambda.keras")
    kept(keras.Sequential([keras.Input((4, 1)), layers.Conv1D(1, 2), layers.Dense(1)]), "refused_convolution.h5")


def main():
    keras.utils.set_random_seed(SEED)
    rows = rng.uniform(-2, 2, (64, 2)).round(3)
    targets = np.sin(rows[:, 0]) * rows[:, 1]
    every_activation(rows[:8])
    with_layers_of_preparation(rows, targets)
    with_gradients(rows, targets)
    refused()
    with_a_constant_column(rows, targets)
    of_images(rows)
    head = {"tool": f"Keras {keras.__version__} (jax {jax.__version__})", "licence": "Apache-2.0"}
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    text = f'{json.dumps(head)[:-1]}, "cases": [\n  {lines}\n]}}\n'
    (HERE / "expected.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def check():
    """Hold models in memory against Keras itself: `--check`, with Backlit beside it."""
    import backlit

    every = {"dense": layers.Dense(4, "tanh"), "norm": layers.BatchNormalization(), "last": layers.Dense(2, "softmax")}
    chain = keras.Sequential([keras.Input((3,)), *every.values()])
    inputs = keras.Input((3,))
    scaled = layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 0.5])(inputs)
    functional = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.1)(layers.Dense(5, "gelu")(scaled))))
    rows = rng.normal(size=(7, 3)).astype("float32")
    for name, model in (("Sequential", chain), ("Functional", functional)):
        model.set_weights([rng.uniform(0.2, 1.5, value.shape) for value in model.get_weights()])
        ours = backlit.import_network(model)
        theirs = np.asarray(model(rows), dtype=float)
        assert np.abs(ours._outputs(rows) - theirs).max() <= 1e-5 * np.abs(theirs).max(), name
        print(f"ok: {name}")


if __name__ == "__main__":
    check() if "--check" in sys.argv else main()
