"""What a start of the page holds: tables, models, and the documents that it has made."""
