"""What a fitted model goes by: importance of its columns, and their contributions to one answer."""
