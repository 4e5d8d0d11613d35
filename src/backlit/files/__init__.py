"""What is on the disk: tables in, models and tables out, each file whole or not at all."""

from backlit.files.atomic import check_space, read_whole, write_whole
from backlit.files.delimited import ReadOptions
from backlit.files.locks import Lock
from backlit.files.model_file import read_model, write_model
from backlit.files.system_errors import plain_os_error
from backlit.files.tables import SNIFFED, dialect_note, read_table, write_table

__all__ = [
    "SNIFFED",
    "Lock",
    "ReadOptions",
    "check_space",
    "dialect_note",
    "plain_os_error",
    "read_model",
    "read_table",
    "read_whole",
    "write_model",
    "write_table",
    "write_whole",
]
