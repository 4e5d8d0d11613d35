#!/bin/sh
# pyreadstat 1.3.7, read_sav and read_xport: a span of time of a day or more loses its days, a negative one its sign.
# Guess, written before the run: SPSS's DTIME and TIME and SAS's TIME hold seconds of any number, so 100,000 of them are
#   timedelta(days=1, hours=3, minutes=46, seconds=40); or the number stays.
# Happens: every such format becomes datetime.time, of the seconds modulo a day: 100,000 s are 03:46:40 (as 13,600 s
#   are), -5 s are 23:59:55, without a warning. MTIME (minutes and seconds) is not among the formats and stays a number.
#   SAS's DTDATE, the day of a number of seconds, is taken for a number of days: OverflowError for the whole file.
# Hurt: lengths of stay, of calls, of tasks: the longest become short, and nothing says so. What reads all seconds:
#   disable_datetime_conversion=True, and the conversion by the formats in original_variable_types.
# Exit status 0: pyreadstat still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install pyreadstat==1.3.7 pandas==3.0.6 2> "$work/log" || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'END'
import datetime as dt

import pandas as pd
import pyreadstat


def read_back(kind, seconds, written):
    write = {"sav": pyreadstat.write_sav, "xpt": pyreadstat.write_xport}[kind]
    read = {"sav": pyreadstat.read_sav, "xpt": pyreadstat.read_xport}[kind]
    write(pd.DataFrame({"x": [float(seconds)]}), f"t.{kind}", variable_format={"x": written})
    try:
        value = read(f"t.{kind}")[0]["x"][0]
    except OverflowError as error:
        value = f"OverflowError: {error}"
    print(f"{kind} {written} {seconds}: {value!r}")
    return value


day = dt.timedelta(days=1).total_seconds()
seen = [
    read_back("sav", 100_000, "DTIME14") == dt.time(3, 46, 40),
    read_back("sav", 13_600, "DTIME14") == dt.time(3, 46, 40),
    read_back("sav", -5, "TIME8") == dt.time(23, 59, 55),
    read_back("sav", 90, "MTIME8") == 90,
    read_back("xpt", 100_000, "TIME8") == dt.time(3, 46, 40),
    "OverflowError" in str(read_back("xpt", 20_000 * day, "DTDATE9")),
]
print("pyreadstat", pyreadstat.__version__)
raise SystemExit(0 if all(seen) else 1)
END
