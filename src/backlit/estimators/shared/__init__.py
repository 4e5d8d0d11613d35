"""What all four estimators share."""
