"""Practice: circuits with blanks, and what a wrong answer says about how it was reached."""

from __future__ import annotations

from backlit.declared.mistakes import MISTAKES, Mistake
from backlit.practice.answers import Verdict, diagnose_answer
from backlit.practice.questions import Question, questions
from backlit.practice.worksheet import Worksheet, worksheet

__all__ = [
    "MISTAKES",
    "Mistake",
    "Question",
    "Verdict",
    "Worksheet",
    "diagnose_answer",
    "questions",
    "worksheet",
]
