"""``python -m benchmarks diagnosis [DATA] [--quick] [--half A|B] [--report] [--check]``.

Thresholds of symptoms are set by looking at half A; half B, of other seeds, is what is reported. Each judged network is
a record in ``results/diagnosis-HALF.json``, so that a run that was stopped goes on. ``--report``
writes the table of docs/diagnosis.md from half B, ``--check`` fails below the goals.
"""

from __future__ import annotations

import time
import traceback
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.diagnosis.judging import Record, judge, trials
from benchmarks.record import DOCS, RESULTS, read, write, write_block

PAGES = {"en": DOCS / "diagnosis.md", "ko": DOCS / "diagnosis-ko.md"}
GOALS = {"cause first": 0.9, "mend works": 0.85}
FALSE_ALARMS = 0.05
STRICT = "all, harmless counted"
GROUPS = ("symptoms", "field", "all", STRICT)
COLUMNS = ("sick", "harmless", "cause first", "among two", "mend works", "precision", "healthy", "false alarms")
FINE = {"false alarms": 1}
"""Decimals of a percentage that is small."""
WORDS = {
    "en": {
        **{name: name for name in ("networks", *COLUMNS)},
        "symptoms": "each symptom",
        "field": "the field's faults",
        "all": "all",
        STRICT: STRICT,
        "quiet": "Of the {all} harmless ones, {named} are named by their cause and {silent} have no symptom.",
        "machine": "a",
    },
    "ko": {
        "networks": "신경망",
        "sick": "병든 것",
        "harmless": "해가 없는 것",
        "cause first": "원인이 첫째",
        "among two": "둘째 안",
        "mend works": "처방이 듣는다",
        "precision": "정밀도",
        "healthy": "건강한 것",
        "false alarms": "거짓 경보",
        "symptoms": "증상별",
        "field": "다른 연구의 결함",
        "all": "전체",
        STRICT: "전체, 해가 없는 것도 셈",
        "quiet": "해가 없는 {all}개 가운데 {named}개는 원인을 맞혔고 {silent}개에는 증상이 없다고 했습니다.",
        "machine": "기계:",
    },
}
HEALTHY_OF = {"symptoms": "healthy", "field": "field"}
"""The group of the healthy networks that stand beside a group of sick ones."""
WHOLE = ("all", STRICT)
"""Groups of all sick networks: without the harmless ones, and with them."""


def run(
    data: Annotated[Path | None, typer.Argument(help="a folder of Parquet files with a column target")] = None,
    half: Annotated[str, typer.Option(help="of the seeds: A, by which thresholds are set, or B")] = "A",
    quick: Annotated[bool, typer.Option("--quick", help="some of the networks")] = False,
    only: Annotated[str, typer.Option(help="networks whose name begins so")] = "",
    again: Annotated[bool, typer.Option("--again", help="judge anew what has a record")] = False,
    show: Annotated[bool, typer.Option("--show", help="name each wrong first cause, mend and alarm")] = False,
    report: Annotated[bool, typer.Option("--report", help="write the table of docs/diagnosis.md from half B")] = False,
    check: Annotated[bool, typer.Option("--check", help="fail where half B misses the goals")] = False,
) -> None:
    """Judge the diagnosis by networks made sick by known single causes, and by healthy ones."""
    if not (report or check):
        records = _run(data, half, quick, only, again)
        _print(records, show)
        return
    content = read("diagnosis-B")
    summary = summarised(list(content["records"].values()))
    if report:
        for lang in PAGES:
            _write_page(content, summary, lang)
    print(summary)
    if check:
        missed = [name for name, goal in GOALS.items() if summary["all"][name] < goal]
        missed += ["false alarms"] if summary["all"]["false alarms"] > FALSE_ALARMS else []
        if missed:
            raise SystemExit(f"half B misses: {', '.join(missed)}")


def _run(data: Path | None, half: str, quick: bool, only: str, again: bool) -> dict[str, Record]:
    name, records = f"diagnosis-{half}", {}
    if (RESULTS / f"{name}.json").exists():
        records = read(name)["records"]
    for trial in trials(half, quick, data):
        if not trial.name.startswith(only) or (trial.name in records and not again):
            continue
        began = time.perf_counter()
        try:
            record = judge(trial)
        except Exception:  # one network that cannot be judged is a result, too
            record = {"group": trial.group, "cause": trial.sickness and trial.sickness.symptom, "seen": [],
                      "error": traceback.format_exc().splitlines()[-1]}  # fmt: skip
        if record is None:
            continue
        records[trial.name] = record
        write(name, {"records": records})
        left_out = " (harmless)" if record.get("harmless") else ""
        print(f"{time.perf_counter() - began:5.1f} s  {trial.name}: {record['seen']}{left_out}", flush=True)
    return records


def summarised(records: list[Record]) -> dict[str, dict[str, Any]]:
    """Rates by group and of all; precision counts every symptom that is listed and is not the cause."""
    from benchmarks.diagnosis.judging import alike

    summary = {}
    for group in GROUPS:
        well = [r for r in records if r["cause"] is None and (group in WHOLE or r["group"] == HEALTHY_OF[group])]
        part = [r for r in records if r["cause"] and (group in WHOLE or group == r["group"])]
        harmless = [r for r in part if r.get("harmless")]
        sick = part if group == STRICT else [r for r in part if not r.get("harmless")]
        listed = [name in alike(r["cause"]) for r in sick for name in r["seen"]]
        summary[group] = {
            "sick": len(sick),
            "harmless": 0 if group == STRICT else len(harmless),
            "cause first": _mean(r.get("first", False) for r in sick),
            "among two": _mean(r.get("among_two", False) for r in sick),
            "mend works": _mean(r.get("works", False) for r in sick),
            "precision": _mean(listed),
            "healthy": len(well),
            "false alarms": _mean(bool(r["seen"]) for r in well),
        }
    return summary


def _mean(values: Any) -> float:
    given = list(values)
    return round(float(np.mean(given)), 3) if given else float("nan")


def _print(records: dict[str, Record], show: bool) -> None:
    for group, rates in summarised(list(records.values())).items():
        print(group, rates)
    for name, record in records.items() if show else ():
        if record.get("harmless"):
            print("HARMLESS", name, record["before"], record["twin"], record["seen"])
        elif record["cause"] is None and record["seen"]:
            print(
                "ALARM", name, record["seen"], record["numbers"], record["score"], record["held"], record["reference"]
            )
        elif record["cause"] and not record.get("first"):
            print(
                "WRONG",
                name,
                {key: record.get(key) for key in ("seen", "numbers", "score", "held", "reference", "twin", "error")},
            )
        elif record["cause"] and not record.get("works"):
            print("NO MEND", name, {key: record.get(key) for key in ("change", "before", "mended", "twin", "error")})


def _write_page(content: dict[str, Any], summary: dict[str, dict[str, Any]], lang: str) -> None:
    """The table between the two comments of a page."""
    words, page = WORDS[lang], PAGES[lang]
    lines = [f"| {words['networks']} | " + " | ".join(words[name] for name in COLUMNS) + " |"]
    lines.append("|---|" + "---|" * len(COLUMNS))
    for group, rates in summary.items():
        cells = (f"{rates[name]:.{FINE.get(name, 0)}%}" if isinstance(rates[name], float) else str(rates[name])
                 for name in COLUMNS)  # fmt: skip
        lines.append(f"| {words[group]} | " + " | ".join(cells) + " |")
    quiet = [r for r in content["records"].values() if r.get("harmless")]
    named, silent = sum(r["first"] for r in quiet), sum(not r["seen"] for r in quiet)
    lines += ["", words["quiet"].format(all=len(quiet), named=named, silent=silent), ""]
    lines.append(f"`python -m benchmarks diagnosis --half B`, `--report`; {content['date']}, {words['machine']} "
                 f"{content['machine']['kind']}.")  # fmt: skip
    write_block(page, "diagnosis", "\n".join(lines))
