"""Text cells that are numbers, dates or words: judged by the whole column, once, at the fit."""

from backlit.encoding.text.judging import Form, TextOptions, TextReading, form_from, judge
from backlit.encoding.text.missing import NULLS, missing_texts
from backlit.encoding.text.table import FileStyle, judge_table, options_of, readings_of, style_of, with_readings

__all__ = [
    "NULLS",
    "FileStyle",
    "Form",
    "TextOptions",
    "TextReading",
    "form_from",
    "judge",
    "judge_table",
    "missing_texts",
    "options_of",
    "readings_of",
    "style_of",
    "with_readings",
]
