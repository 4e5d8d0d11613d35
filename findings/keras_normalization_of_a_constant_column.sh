#!/bin/sh
# Keras 3.15.1 (jax 0.10.2), layers.Normalization: a column that is constant where adapt() saw it.
# Expected: such a column is only centred (scikit-learn's StandardScaler divides it by 1), or is 0 whatever comes.
# Happens: it is divided by the larger of its deviation and 1e-7. Where the column was 3.0, a later 3.001 enters the
#   network as about 10,000 (0.001 by scikit-learn), though adapt() gave no sign: the constant itself is 0 in both.
# Hurt: whoever has a column that was constant in training (a switch, a site, a year) and moves afterwards: the answer
#   jumps; and whoever moves the network to another tool with the usual 'deviation 0 counts as 1'.
# Exit status 0: Keras still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install keras==3.15.1 jax==0.10.2 numpy==2.4.6 scikit-learn==1.9.1 2> "$work/log" || { cat "$work/log"; exit 1; }
KERAS_BACKEND=jax "$work/venv/bin/python" - <<'END'
import keras
import numpy as np
from sklearn.preprocessing import StandardScaler


def both(constant, later):
    column = np.full((3000, 1), constant, "float32")
    layer = keras.layers.Normalization()
    layer.adapt(column)
    rows = np.array([[constant], [later]], "float32")
    ours = np.asarray(layer(rows)).ravel()
    theirs = StandardScaler().fit(column).transform(rows).ravel()
    print(f"constant {constant}: Keras {ours[0]:.4g}, then {later}: {ours[1]:.4g}; scikit-learn {theirs[0]:.2g}, {theirs[1]:.2g}")
    return ours


print("Keras", keras.__version__)
seen = both(3.0, 3.001)
still = seen[0] == 0 and 9000 < seen[1] < 11000
raise SystemExit(0 if still else 1)
END
