"""Categories that are looked up, code by code, have the outputs of rows that are encoded one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backlit.encoding import fit_encoder


@pytest.mark.filterwarnings("ignore::backlit.errors.DataWarning")
@pytest.mark.parametrize("scale_onehot", [False, True])
@pytest.mark.parametrize("categories", [2, 5, 40])
def test_bits_do_not_depend_on_the_rows_around(categories: int, scale_onehot: bool) -> None:
    rng = np.random.default_rng(categories)
    names = [f"c{number}" for number in range(categories)]
    learn = pd.DataFrame({"a": rng.choice(names, 400), "b": rng.choice([*names, None], 400), "x": rng.normal(size=400)})
    encoder = fit_encoder(learn, scale_onehot=scale_onehot, max_onehot=10)
    held = learn.sample(200, random_state=0, ignore_index=True)
    held.loc[3, "a"], held.loc[4, "a"], held.loc[5, "b"] = "unseen", None, "unseen"
    whole = encoder.encode(held)
    single = np.concatenate([encoder.encode(held.iloc[[row]]) for row in range(len(held))])
    np.testing.assert_array_equal(whole, single)
