"""What a fitted model relies on: importance of its columns, and their contributions to one prediction."""
