"""Text cells that are numbers, dates or words: judged by the whole column, once, at the fit."""

from backlit.encoding.text.judging import NULLS, Form, TextOptions, TextReading, form_from, judge
from backlit.encoding.text.table import judge_table, options_of, readings_of, with_readings

__all__ = [
    "NULLS",
    "Form",
    "TextOptions",
    "TextReading",
    "form_from",
    "judge",
    "judge_table",
    "options_of",
    "readings_of",
    "with_readings",
]
