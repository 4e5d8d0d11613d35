"""TikZ through TeX, as it is: `make tex` compiles circuits of each kind, and writes their PDFs for looking at.

It needs LuaLaTeX with the packages standalone, tikz and kotex (of Debian: texlive-luatex, texlive-latex-extra,
texlive-pictures, texlive-lang-korean). The PDFs go into a folder that is named, or a new one, outside the repository.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sklearn.datasets import load_iris

from backlit import MLPClassifier, trace
from backlit.tracing import Trace

DOCUMENT = r"""\documentclass[border=4pt]{standalone}
\usepackage{tikz}
\usepackage{kotex} %% for Korean names
\begin{document}
%s
\end{document}
"""
FAULTS = ("Missing character", "Overfull", "Undefined control sequence")


def circuits() -> dict[str, Trace]:
    """One of each kind."""
    rows = load_iris()
    model = MLPClassifier((4,), max_iter=2_000, random_state=0).fit(rows.data, rows.target)
    return {
        "sigmoid": trace("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", w0=2, x0=-1, w1=-3, x1=-2, w2=-3),
        "softmax": trace("sum(-y * log(softmax(z)))", z=[1, 2, 4], y=[0, 0, 1]),
        "network": trace(model, x=rows.data[70], y=rows.target[70]),
        "korean": trace("1 / (1 + exp(-(가중치*입력 + 편향)))", 가중치=2, 입력=-1, 편향=-3),
        "names": trace("a_1 * b_2 + max(a_1, 0) ** 2 / 1e9", a_1=2, b_2=3),
    }


def main(folder: Path) -> None:
    """Compile them all."""
    tex = shutil.which("lualatex")
    if tex is None:
        sys.exit("lualatex is missing: install TeX Live with LuaTeX, TikZ and Korean")
    folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    for name, traced in circuits().items():
        (folder / f"{name}.tex").write_text(DOCUMENT % traced.to_latex(), encoding="utf-8")
        ran = subprocess.run(
            [tex, "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
            cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        said = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        wrong += [f"{name}: {fault}" for fault in FAULTS if fault in said]
        if ran.returncode:
            wrong.append(f"{name}: {next((line for line in said.splitlines() if line.startswith('!')), 'no PDF')}")
    print(f"{len(circuits())} circuits: {folder}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="backlit-tex-")))
