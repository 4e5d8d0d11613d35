"""scikit-learn's face of the engine: drop-in perceptrons, raw data frames, and loading a saved model."""
