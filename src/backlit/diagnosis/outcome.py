"""What a diagnosis found: the symptoms that were seen, and the lines that every form of it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.flow import Flow, LayerFlow
from backlit.diagnosis.symptom import Finding, Symptom


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A symptom that was seen in a network; `str` of it begins with its name.

    Attributes
    ----------
    name : str
    rows, columns, layers : tuple
        What is at fault, where it can be named.
    numbers : mapping
        The evidence.
    """

    symptom: Symptom
    finding: Finding

    @property
    def name(self) -> str:
        """The symptom's name."""
        return self.symptom.name

    @property
    def numbers(self) -> Mapping[str, Any]:
        """The evidence."""
        return self.finding.numbers

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows at fault, the first hundred of them."""
        return self.finding.rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns at fault."""
        return self.finding.columns

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers at fault."""
        return self.finding.layers

    def described(self, lang: str = "en") -> tuple[str, str, str]:
        """What is seen, the reason of the threshold, and the mend, in a language."""
        return tuple(part.format(**self.numbers) for part in self.symptom.words[lang])  # type: ignore[return-value]

    def __str__(self) -> str:
        return f"{self.name}: {self.described()[0]}"


class Outcome:
    """The evidence, the symptoms that were seen in it, and those that could not be judged."""

    def __init__(
        self, evidence: Evidence, symptoms: tuple[Seen, ...], not_judged: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.evidence = evidence
        self.symptoms = symptoms
        self.not_judged = not_judged

    @property
    def layers(self) -> tuple[LayerFlow, ...]:
        """The flow of the gradient, in forward order; empty where numbers are not finite."""
        return () if self.evidence.flow is None else self.evidence.flow.layers

    @property
    def course(self) -> tuple[tuple[int, Flow | None], ...]:
        """The flow after each epoch whose parameters were kept, 0 being the start; None where it is not finite."""
        return self.evidence.course

    def flow_lines(self, texts: Mapping[str, str]) -> list[str]:
        """A line for each layer, from the output down: what each factor makes of the gradient, in decades."""
        flow = self.evidence.flow
        if flow is None:
            return [texts["no_flow"]]
        lines = [texts["flow"].format(error=_share(flow.error_share), pairing=_share(flow.pairing_share))]
        for layer in reversed(flow.layers):
            lines.append(
                "  "
                + texts["layer"].format(
                    number=layer.number,
                    gate=layer.gate,
                    weights=_share(layer.weights_share),
                    sigma=_share(layer.sigma_share),
                    norm=f"{layer.gradient_norm:.3g}",
                )
            )
            lines += [f"    {texts['zero'].format(norm=name)}" for name in layer.zero_norms]
        return lines

    def score_line(self, texts: Mapping[str, str]) -> str:
        """The scores: on the rows learnt from, on others, of the reference, of a constant."""
        line = texts["scores"].format(**self._scores(texts))
        if self.evidence.reference is not None:
            return line
        return f"{line}. {texts['no_reference'].format(rows=len(self.evidence.case.rows))}"

    def _scores(self, texts: Mapping[str, str]) -> dict[str, str]:
        evidence = self.evidence
        held = "-" if evidence.validation_score is None else f"{evidence.validation_score:.4g}"
        reference = "-" if evidence.reference is None else f"{evidence.reference.score:.4g}"
        return {
            "measure": texts[evidence.case.task],
            "score": f"{evidence.score:.4g}",
            "held": held,
            "reference": reference,
            "constant": f"{evidence.constant:.4g}",
        }


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:+.2f}"
