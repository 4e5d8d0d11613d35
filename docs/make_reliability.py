"""Write docs/reliability.md, the proof sheet, from recorded figures: `make proof`.

A line is a claim, the record that it is read from, how its figure is written, and the command that made the record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("reliability.md")
RECORDS = {"fuzz": ROOT / "tests" / "fuzz" / "results", "benchmarks": ROOT / "benchmarks" / "results"}

Record = Mapping[str, Any]


class Line(NamedTuple):
    """What is claimed; `record` is FOLDER/NAME, or FOLDER/NAME#KEY for one part of it."""

    claim: str
    record: str
    figure: Callable[[Record], str] | str
    command: str


def tests(bound: str) -> Callable[[Record], str]:
    """How many tests hold a claim, and to what."""
    return lambda record: (
        f"{bound}: {record['tests']:,} tests, {record['failed']} failed"
        + (f", {record['skipped']} skipped" if record["skipped"] else "")
    )


def held(name: str, claim: str, bound: str) -> Line:
    """A line whose record is a count of tests."""
    return Line(claim, f"fuzz/claims#{name}", tests(bound), f'python tests/fuzz/claims.py "{name}"')


def dependencies(kind: str) -> Callable[[Record], str]:
    """The result of one environment, with its versions."""

    def figure(record: Record) -> str:
        part = record[kind]
        versions = ", ".join(f"{name} {version}" for name, version in part["versions"].items())
        return f"{part['tests']:,} tests, {part['failed']} failed; {versions}"

    return figure


SECTIONS: Mapping[str, tuple[Line, ...]] = {
    "Gradients": (
        Line(
            "Gradients of random formulas agree with central differences and with JAX",
            "fuzz/formulas",
            "{witnessed:,} formulas, {disagreements} disagreements",
            "python tests/fuzz/formulas.py {texts}",
        ),
        Line(
            "Any text is read as a formula, or answered with what to write",
            "fuzz/formulas",
            "{texts:,} texts: {read:,} read, {answered:,} answered, 0 others",
            "python tests/fuzz/formulas.py {texts}",
        ),
        Line(
            "Python and the page without it read and compute the same",
            "fuzz/playground",
            "{texts:,} texts, {formulas:,} formulas, {formulas of arrays:,} of arrays, {disagreements} disagreements",
            "python tests/fuzz/playground.py {texts}",
        ),
        Line(
            "LaTeX is read back as the formula that it was made from",
            "fuzz/formulas",
            "{latex read back:,} formulas, 0 others",
            "python tests/fuzz/formulas.py {texts}",
        ),
        held("networks", "Compiled gradients are the graph's, for every gate, layer, output and loss", "within 1e-10"),
        held("networks beside JAX", "Compiled gradients are JAX's, which shares nothing with Backlit", "within 1e-10"),
    ),
    "Shortcuts, each with and without": (
        held("gates", "Compiled gates against interpreted formulas, and far out", "within a few units of rounding"),
        held("fusion", "Output gate and loss as one formula, or two", "within 1e-10"),
        held("zeros", "Lists of numbers that are not 0, or whole products", "equal bits"),
        held("threads", "One thread, two, or all, at the same `deterministic` blocks", "equal bits"),
        held("sharing by inputs", "A first layer shared out by inputs, or by rows", "within 1e-9; threads: equal bits"),
        held("products", "Products of each kind of vectors, of a BLAS, and NumPy's", "1e-13, float32: 1e-5"),
        held("denormals", "Numbers too small to be normal are 0 in a training, and only there", "exact"),
    ),
    "Files": (
        Line(
            "A mutated model file is refused in one line, or its model predicts",
            "fuzz/model_files",
            "{tried:,} files: {damaged, refused:,} damaged and {lying, refused:,} lying ones refused, the others "
            "predict or want other columns; {failures} failures",
            "python tests/fuzz/model_files.py 100000",
        ),
        held("lying files", "Lies of every kind in a header are refused before memory is taken", "refused"),
        Line(
            "A training killed by SIGKILL and resumed ends with the bits of one never killed",
            "fuzz/kills",
            "{kills} kills of {by kind}; {ended otherwise} ended otherwise",
            "python tests/fuzz/kills.py 50",
        ),
        Line(
            "Model files are clean under a scanner",
            "fuzz/scanner",
            lambda record: (
                f"{record['tool']}: {record['files']} files of {record['format']}, {record['checks passed']} checks "
                f"passed, {record['checks failed']} failed, {len(record['issues'])} issues"
            ),
            "python tests/fuzz/scanner.py",
        ),
        Line(
            "A checkpoint costs at most 1 % of the training",
            "benchmarks/checkpoint",
            lambda record: (
                f"at most {max(fit['part'] for fit in record['fits'].values()):.2%} of {len(record['fits'])} fits"
            ),
            "python -m benchmarks checkpoint",
        ),
        Line(
            "Judging what columns are costs at most 1.3 x the time of reading a CSV without it",
            "benchmarks/reading",
            "{ratio:.2f} x of commit {against}, {rows:,} rows (95 %: {interval[0]:.2f} to {interval[1]:.2f})",
            "python -m benchmarks reading",
        ),
        Line(
            "What it costs to load a model, now that each part of the file is checked (limit: 1.2 x)",
            "benchmarks/loading",
            lambda record: (
                f"{record['default']['ratio']:.2f} x of commit {record['against']} with the default network; "
                f"{record['small']['ratio']:.2f} x with 32 x 32 units, where a header's check is the larger part"
            ),
            "python -m benchmarks loading",
        ),
    ),
    "Systems": (
        held(
            "other systems",
            "Flushing denormals, affinity, fork, placing of threads and reserving of disk are switched off",
            "equal bits, or counted and placed as elsewhere",
        ),
        held("locks", "Locks: POSIX's, none of the file system, and Windows' with a stand-in", "one holder"),
        held("whole files", "Files are written whole, also where an open file cannot be renamed or removed", "whole"),
        Line(
            "The oldest dependencies that are allowed",
            "fuzz/dependencies",
            dependencies("oldest"),
            "python tests/fuzz/dependencies.py",
        ),
        Line(
            "The newest dependencies",
            "fuzz/dependencies",
            dependencies("newest"),
            "python tests/fuzz/dependencies.py",
        ),
    ),
}
"""Section -> its lines."""

HEAD = """# Reliability

What Backlit promises, the figure that was measured last, and the command that measures it again. `make proof` writes
this page from the records that the commands keep with `--record` (`tests/fuzz/results`, `benchmarks/results`).
Everything was run on the system, processor and Python named in its line, and on no others: for the rest there are
the lines under Systems.
"""


def record(name: str) -> Record:
    """A record, or one part of it."""
    path, _, part = name.partition("#")
    folder, stem = path.split("/")
    content: Record = json.loads((RECORDS[folder] / f"{stem}.json").read_text(encoding="utf-8"))
    return content[part] if part else content


def shown(value: Any) -> Any:
    """A mapping of counts in words."""
    return ", ".join(f"{name} ({count})" for name, count in value.items()) if isinstance(value, dict) else value


def machine(content: Record) -> str:
    """The kind of machine, and the Python where it is kept."""
    kind = content["machine"]
    python = f", Python {content['python']}" if "python" in content else ""
    return f"{kind if isinstance(kind, str) else kind['kind']}{python}"


def row(line: Line) -> str:
    """A line of the table."""
    content = record(line.record)
    words = {name: shown(value) for name, value in content.items()}
    figure = line.figure.format_map(words) if isinstance(line.figure, str) else line.figure(content)
    return (
        f"| {line.claim} | {figure} | `{line.command.format_map(content)}` | {content['date']} | {machine(content)} |"
    )


def inputs() -> str:
    """What each input gets."""
    content = record("fuzz/inputs")
    cells = [(name, answer.replace("|", "\\|")) for name, answer in content["gets"].items()]
    rows = [f"| {name} | {answer if '`' in answer else f'`{answer}`'} |" for name, answer in cells]
    about = f"`python tests/fuzz/inputs.py`, {content['date']}, {machine(content)}: {content['tried']} inputs."
    return "\n".join([about, "", "| input | what it gets |", "|---|---|", *rows])


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for section, lines in SECTIONS.items():
        table = ["| claim | figure | command | date | machine |", "|---|---|---|---|---|", *map(row, lines)]
        parts.append("\n".join([f"## {section}", "", *table]) + "\n")
    parts.append(f"## Data as people have it\n\n{inputs()}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
