"""scikit-learn's interface to the engine: drop-ins for its networks, estimators of raw data frames, saved models."""
