"""The estimators of raw data frames."""
