"""README.md and docs/ are executed: what a page shows is what happens.

The convention stands in CONTRIBUTING.md. A library (sybil, pytest-examples) would bring the reading of fences
only; consoles, outputs and exemptions, the larger part, would be ours all the same.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sysconfig
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backlit import DataWarning

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BACKLIT = Path(sysconfig.get_path("scripts")) / "backlit"
FENCE = re.compile(r"(?P<indent> *)(?P<indicators>`{3,}|~{3,})\s*(?P<language>[\w+-]*)")
NOT_RUN = re.compile(r"<!-- not run: \S.* -->")
RUN = ("python", "console")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and text, the line where the text begins, the last line before."""

    language: str
    text: str
    line: int
    before: str


def blocks(page: str) -> Iterator[Block]:
    """Each fenced block of a page, in order; `before` is the nearest line above that is not blank."""
    lines = enumerate(page.splitlines(), start=1)
    before = ""
    for number, line in lines:
        if not (fence := FENCE.match(line)):
            before = line.strip() or before
            continue
        indent, indicators, language = fence.group("indent", "indicators", "language")
        body: list[str] = []
        for _, inner in lines:
            if inner.strip().startswith(indicators) and not inner.strip().strip(indicators[0]):
                break
            body.append(inner.removeprefix(indent))
        else:
            raise AssertionError(f"line {number}: this block is never closed")
        yield Block(language, "\n".join(body), number + 1, before)
        before = f"```{language}"


def same(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; a line `...` stands for any number of lines."""
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in trimmed(shown)]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in trimmed(printed))) is not None


def trimmed(text: str) -> list[str]:
    """The lines of a text without blanks at their ends and without blank lines around."""
    return [line.rstrip() for line in text.strip("\n").rstrip().splitlines()]


def expect(shown: str, printed: str, where: str) -> None:
    """Fail, with both texts, if a page shows something else than was printed."""
    assert same(shown, printed), f"{where}: the page shows\n{shown}\n--- but this is printed\n{printed}"


def run_python(block: Block, namespace: dict[str, Any], name: str) -> str:
    """What a block prints; blank lines before it make tracebacks name the line of the page."""
    printed = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.text, name, "exec")
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # a page may show a table of which a column is left out
        exec(code, namespace)
    return printed.getvalue()


def commands(block: Block) -> Iterator[tuple[int, str, str]]:
    """Each `$ command` of a console block: its line, the command, the output shown below it."""
    text = f"\n{block.text}\n"
    starts = [*re.finditer(r"\n\$ ((?:.*\\\n)*.*)", text)]
    ends = [*(following.start() for following in starts[1:]), len(text)]
    for start, end in zip(starts, ends, strict=False):
        line = block.line + text.count("\n", 0, start.start())
        yield line, start[1].replace("\\\n", ""), text[start.end() : end]


def run_console(block: Block, folder: Path, name: str) -> None:
    """Run each command of a block in `folder` and compare what it prints, where the page shows it."""
    found = [*commands(block)]
    assert found, f"{name}:{block.line}: a console block holds lines `$ backlit ...`"
    for line, command, shown in found:
        program, *arguments = shlex.split(command, comments=True)
        assert program == "backlit", f"{name}:{line}: only `$ backlit ...` is run, not `{program}`; say why not"
        done = subprocess.run(
            [BACKLIT, *arguments], cwd=folder, text=True, capture_output=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, f"{name}:{line}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        if shown.strip():
            expect(shown, done.stdout, f"{name}:{line}")


def run_page(page: str, folder: Path, name: str) -> None:
    """Run a page from top to bottom: one namespace, one folder."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    printed: str | None = None
    for block in blocks(page):
        where = f"{name}:{block.line}"
        if block.language == "output":
            assert block.before == "```python", f"{where}: an output block stands right after a python block"
            if printed is not None:
                expect(block.text, printed, where)
        elif block.language in RUN:
            printed = None
            if NOT_RUN.fullmatch(block.before):
                continue
            if block.language == "console":
                run_console(block, folder, name)
                continue
            try:
                printed = run_python(block, namespace, name)
            except Exception as error:
                raise AssertionError(f"{name}:{error_line(error, name, block)}: {error!r}") from error


def error_line(error: Exception, name: str, block: Block) -> int:
    """The deepest line of the page that an error passed through, else the block's first."""
    if isinstance(error, SyntaxError) and error.filename == name:
        return error.lineno or block.line
    trace, line = error.__traceback__, block.line
    while trace:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and a terminal of a known width without colours."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize("path", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_page_does_what_it_shows(path: Path, folder: Path) -> None:
    run_page(path.read_text(encoding="utf-8"), folder, str(path.relative_to(ROOT)))


GOOD = """
```python
a = 6
```
Text between, and a list:

- item

  ```python
  print(a * 7)
  print("x")
  print("y")
  ```

  ```output
  42
  ...
  y
  ```

<!-- not run: needs a network -->
```python
raise RuntimeError
```
```text
nothing is asked of this
```
"""

BAD = {
    "page:3: ZeroDivisionError": "\n```python\n1 / 0\n```\n",
    "page:3: SyntaxError": "```python\na = 1\nb = = 2\n```\n",
    "page:5: the page shows": "```python\nprint(1)\n```\n```output\n2\n```\n",
    "page:2: an output block": "```output\n2\n```\n",
    "never closed": "```python\n1\n",
    "page:3: only": "\n```console\n$ rm -r somewhere\n```\n",
    "page:2: a console block": "```console\nbacklit\n```\n",
    "page:5: ZeroDivisionError": "<!-- not run: -->\n\n```python\nx = 0\n1 / x\n```\n",
}


def test_the_runner_accepts_a_good_page(folder: Path) -> None:
    run_page(GOOD, folder, "page")


@pytest.mark.parametrize("message", BAD)
def test_the_runner_names_page_line_and_fault(message: str, folder: Path) -> None:
    with pytest.raises(AssertionError, match=re.escape(message)):
        run_page(BAD[message], folder, "page")


def test_console_blocks_are_cut_into_commands_and_outputs() -> None:
    block = Block("console", "$ backlit trace \\\n    x=1\nf  1\n$ backlit --help", 10, "")
    assert [*commands(block)] == [(10, "backlit trace     x=1", "\nf  1"), (13, "backlit --help", "\n")]
