"""Lessons: a circuit, a question to predict the answer of, and what is revealed; the lecture's ten stops, and more."""

from backlit.practice.lessons.further import FURTHER
from backlit.practice.lessons.lecture import LECTURE
from backlit.practice.lessons.lesson import Lesson

LESSONS: tuple[Lesson, ...] = LECTURE + FURTHER
"""All of them, in the order in which they are shown."""

__all__ = ["FURTHER", "LECTURE", "LESSONS", "Lesson"]
