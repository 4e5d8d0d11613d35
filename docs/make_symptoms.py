"""Write docs/symptoms.md, a section for each symptom, from their declarations: `python docs/make_symptoms.py`."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from backlit.diagnosis.symptoms import SYMPTOMS

PAGE = Path(__file__).with_name("symptoms.md")
HEAD = """# Symptoms

What [a diagnosis](diagnosis.md) may see, causes before effects. This page is made from the files in
`src/backlit/diagnosis/symptoms/` by `python docs/make_symptoms.py`; words in *italics* are the evidence's numbers.

> **한국어.** 진단이 볼 수 있는 증상을 원인부터 결과의 순서로 적었습니다. 기울임꼴은 증거가 되는 숫자입니다.
"""
NUMBER = re.compile(r"{(\w+)[^}]*}")
PARTS = {"en": ("Evidence", "Threshold", "Mend"), "ko": ("증거", "기준", "처방")}


def section(name: str) -> str:
    """A symptom's section: evidence, threshold and mend in both languages, what it needs, what shows beside it."""
    symptom = SYMPTOMS[name]
    paragraphs = []
    for lang, heads in PARTS.items():
        words = symptom.words[lang]
        shown = [NUMBER.sub(r"*\1*", part) for part in words]
        text = " ".join(f"**{head}.** {part}" for head, part in zip(heads, shown, strict=True))
        if lang != "en":
            paragraphs.append(textwrap.fill(text, 70, initial_indent="> ", subsequent_indent="> "))
            continue
        text += f" *Needs* {', '.join(f'`{fact}`' for fact in symptom.needs)}." if symptom.needs else ""
        others = ", ".join(f"`{other}`" for other in symptom.same_cause)
        text += f" *The same cause may show as* {others}." if others else ""
        paragraphs.append(textwrap.fill(text, 118))
    return "\n\n".join([f"## {name}", *paragraphs]) + "\n"


def page() -> str:
    """The whole page."""
    return HEAD + "\n" + "\n".join(section(name) for name in SYMPTOMS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
