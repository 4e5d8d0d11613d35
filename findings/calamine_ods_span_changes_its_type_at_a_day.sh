#!/bin/sh
# python-calamine 0.9.1, a sheet of ODS: one column of spans of time has two types, and text is one of them.
# Guess, written before the run: OpenDocument has one type for them (office:value-type="time", an ISO 8601 duration), so
#   that all cells of such a column are timedelta, or all datetime.time where they lie within a day.
# Happens: up to 23:59:59 a cell is datetime.time; from 24 hours on, and below 0, it is the ISO text itself (str),
#   'PT25H30M00S'. In .xlsx the same spans, formatted [h]:mm:ss, are timedelta on both sides of a day.
# Hurt: working hours and lengths of stay: the column is a mix of times and text, which a table library makes text, so
#   that the longest spans are lost as numbers; a test with short spans shows nothing.
# Exit status 0: python-calamine still does this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install python-calamine==0.9.1 openpyxl==3.1.5 2> "$work/log" || { cat "$work/log"; exit 1; }
cd "$work"
"$work/venv/bin/python" - <<'END'
import datetime as dt
import importlib.metadata
import zipfile

import openpyxl
from python_calamine import CalamineWorkbook

HOURS = (20, 23.5, 24, 25.5, -2)


def iso(hours):
    minutes = round(abs(hours) * 60)
    return f"{'-' if hours < 0 else ''}PT{minutes // 60:02}H{minutes % 60:02}M00S"


space = "urn:oasis:names:tc:opendocument:xmlns"
rows = "".join(
    f'<table:table-row><table:table-cell office:value-type="time" office:time-value="{iso(hours)}"/></table:table-row>'
    for hours in HOURS
)
with zipfile.ZipFile("t.ods", "w") as archive:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    archive.writestr("mimetype", kind)
    archive.writestr(
        "META-INF/manifest.xml",
        f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    )
    archive.writestr(
        "content.xml",
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'office:version="1.2"><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    )
book = openpyxl.Workbook()
for hours in HOURS[:-1]:
    book.active.append([dt.timedelta(hours=hours)])
for row in book.active.iter_rows():
    row[0].number_format = "[h]:mm:ss"
book.save("t.xlsx")


def cells(path):
    values = [row[0] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]
    print(path, values)
    return [type(value).__name__ for value in values]


ods, excel = cells("t.ods"), cells("t.xlsx")
print("python-calamine", importlib.metadata.version("python-calamine"))
raise SystemExit(0 if ods == ["time", "time", "str", "str", "str"] and excel == ["timedelta"] * 4 else 1)
END
