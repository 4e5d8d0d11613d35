"""A diagnosis: what was seen, ranked, in words, as a page and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from backlit.diagnosis.course import course_data, course_lines, flow_data
from backlit.diagnosis.messages import messages
from backlit.diagnosis.outcome import Outcome
from backlit.errors import BacklitError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from backlit.diagnosis.mend import Trial


class Diagnosis(Outcome):
    """What `backlit.diagnose` returns.

    Attributes
    ----------
    symptoms : tuple of Seen
        Most likely cause first; empty where nothing is wrong.
    layers : tuple of LayerFlow
        The flow of the gradient, in forward order; empty where numbers are not finite.
    course : tuple of (int, Flow or None)
        The same after each epoch that was kept (`diagnose=True` of an estimator), 0 being the start.
    not_judged : mapping of str to tuple of str
        Symptoms that could not be judged -> the facts that they need.
    evidence : Evidence
    """

    @property
    def healthy(self) -> bool:
        """Whether nothing was seen."""
        return not self.symptoms

    def try_mend(self, number: int = 0, seconds: float = 10.0) -> Trial:
        """Train with and without the mend of a symptom, from the same seed, and compare.

        Parameters
        ----------
        number : int
            Which of `symptoms`.
        seconds : float
            For both trainings together, about.

        Returns
        -------
        Trial
            With ``before``, ``after``, ``helped`` and ``code``.

        Raises
        ------
        BacklitError
            If there is no such symptom, or its mend is nothing that can be tried.
        """
        from backlit.diagnosis.mend import try_change

        return try_change(self.evidence.case, self.symptoms, number, seconds)

    def figure(self, number: int = 0) -> Figure:
        """The evidence of a symptom as a matplotlib figure (extra `plot`).

        Parameters
        ----------
        number : int
            Which of `symptoms`.

        Raises
        ------
        BacklitError
            If there is no such symptom; a `MissingExtra`, which is an ImportError too, where matplotlib is missing.
        """
        from backlit.diagnosis.pictures import evidence_figure

        if not 0 <= number < len(self.symptoms):
            raise BacklitError(f"figure: there is no symptom {number}; there are {len(self.symptoms)}")
        return evidence_figure(self, self.symptoms[number])

    def to_text(self, lang: str = "en") -> str:
        """The diagnosis in words.

        Parameters
        ----------
        lang : {"en", "ko"}

        Raises
        ------
        BacklitError
            If the language is unknown.
        """
        from backlit.diagnosis.mend import code_of

        texts = messages(lang)
        lines = [self.score_line(texts)]
        for number, seen in enumerate(self.symptoms, start=1):
            what, why, mend = seen.described(lang)
            lines += ["", f"{number}. {seen.name}: {what}", f"   {texts['why']}: {why}", f"   {texts['mend']}: {mend}"]
            code = code_of(self.evidence.case, seen.finding.mend)
            lines += [f"   {texts['code']}: {code}"] if code else []
        lines += [] if self.symptoms else ["", texts["healthy"]]
        lines += ["", *self.flow_lines(texts)]
        lines += ["", *course_lines(self.evidence.course, texts)] if self.evidence.course else []
        if self.not_judged:
            parts = [f"{name} ({', '.join(facts)})" for name, facts in self.not_judged.items()]
            lines += ["", f"{texts['not_looked_at']}: {'; '.join(parts)}"]
        return "\n".join(lines)

    def to_json(self) -> str:
        """The diagnosis as JSON: symptoms with numbers, the flow now and at the epochs kept, what was not looked at."""
        data = {
            "score": self.evidence.score,
            "validation_score": self.evidence.validation_score,
            "symptoms": [
                {
                    "name": seen.name,
                    "text": str(seen),
                    "evidence": dict(seen.numbers),
                    "rows": seen.rows,
                    "columns": seen.columns,
                    "layers": seen.layers,
                    "mend": seen.described()[2],
                }
                for seen in self.symptoms
            ],
            "flow": flow_data(self.evidence.flow),
            "course": course_data(self.evidence.course),
            "not_looked_at": dict(self.not_judged),
        }
        return json.dumps(_plain(data), ensure_ascii=False, allow_nan=False)

    def to_html(self, lang: str = "en") -> str:
        """One page that needs nothing else and runs nothing; evidence as pictures where matplotlib is installed.

        Parameters
        ----------
        lang : {"en", "ko"}

        Raises
        ------
        BacklitError
            If the language is unknown.
        """
        from backlit.diagnosis.page import page

        return page(self, lang)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        names = ", ".join(seen.name for seen in self.symptoms) or "healthy"
        return f"<Diagnosis: {names}>"

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.to_html())}" width="100%" height="600" title="Diagnosis"></iframe>'


def _plain(value: Any) -> Any:
    """The same in types that JSON has; what is not finite as text."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value
