#!/bin/sh
# pyarrow 26.0.1, compute.match_substring_regex: a bounded repeat of a Unicode class is a very large pattern.
# Expected: \p{L} (any letter) costs about what [a-z] costs: a class is one step of the automaton.
# Happens: RE2 works on bytes of UTF-8 and writes a class out as the byte sequences of all its letters, once for each
#   repetition: of words of at most 100 letters, (\p{L}{1,100} ){1,10} is refused with 'pattern too large', while
#   ([a-z]{1,100} ){1,10} is taken. Below the limit it only costs: \p{L}{3,100} takes hundreds of times as long to
#   compile as [a-z]{3,100}, and is compiled again at every call, for an array of one cell as well.
# Hurt: whoever makes a pattern international by putting \p{L} for [a-z], in a loop over columns or chunks. \w, which is
#   ASCII here, hides it. Matching \p{L}+ and the length apart is cheap.
# Exit status 0: pyarrow still does this. (The times are printed and not judged.)
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install pyarrow==26.0.1 2> "$work/log" || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'END'
import time

import pyarrow as pa
import pyarrow.compute as pc

cells = pa.array(["gradient of a loss "])


def taken(pattern):
    started = time.process_time()
    try:
        pc.match_substring_regex(cells, pattern)
        answer = "taken"
    except pa.ArrowInvalid as error:
        answer = "pattern too large" if "pattern too large" in str(error) else str(error)
    print(f"{pattern}: {answer} ({1000 * (time.process_time() - started):.2f} ms)")
    return answer


for pattern in ("[a-z]{3,100}", r"\p{L}{3,100}", r"\p{L}{3,100}", r"\p{L}+"):
    taken(pattern)
letters, any_letters = taken("([a-z]{1,100} ){1,10}"), taken(r"(\p{L}{1,100} ){1,10}")
print("pyarrow", pa.__version__)
raise SystemExit(0 if (letters, any_letters) == ("taken", "pattern too large") else 1)
END
