"""Why would this weight move on this sample? The loss of one handwritten digit, traced through a trained network."""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import backlit

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
model = backlit.MLPClassifier((32,), max_iter=30, learning_rate="cosine", learning_rate_init=0.01, random_state=0)
print(f"accuracy on new digits: {model.fit(X, y).score(X_test, y_test):.3f}")

trace = backlit.trace(model, x=X_test[0], y=y_test[0])
print(f"loss of the first: {trace.value:.4f}, its label is {y_test[0]}")
print(trace.derivation("w[2][3][5]"))  # from neuron 3 of the hidden layer to the output of class 5
assert trace.check(wrt=["w[2][3][5]"]).ok
