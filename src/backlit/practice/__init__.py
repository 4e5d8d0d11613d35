"""Practice: circuits with blanks, and what a wrong answer says about how it was reached."""

from __future__ import annotations

from backlit.declared.mistakes import MISTAKES, Mistake
from backlit.practice.answers import Verdict, diagnose_answer
from backlit.practice.grading import Grade, Grades, check, grades_csv, student_seed
from backlit.practice.hints import hints
from backlit.practice.moodle import to_moodle
from backlit.practice.qti import to_qti
from backlit.practice.questions import Question, questions
from backlit.practice.worksheet import Worksheet, worksheet

__all__ = [
    "MISTAKES",
    "Grade",
    "Grades",
    "Mistake",
    "Question",
    "Verdict",
    "Worksheet",
    "check",
    "diagnose_answer",
    "grades_csv",
    "hints",
    "questions",
    "student_seed",
    "to_moodle",
    "to_qti",
    "worksheet",
]
