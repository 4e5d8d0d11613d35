"""The names of months in seven languages."""

from __future__ import annotations

NAMES = (
    "jan january januar januari janvier janv enero ene gennaio gen janeiro jänner",
    "feb february februar februari février fevrier févr fév fev febrero febbraio fevereiro",
    "mar march märz maerz mär mrz mars maart mrt marzo março marco",
    "apr april avril avr abril abr aprile",
    "may mai mei mayo mag maggio maio maj",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august augustus août aout agosto ago augusti",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre decembre dic diciembre dicembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(NAMES, 1) for name in names.split()}
"""Names in small letters, whole and short -> the number of the month."""
