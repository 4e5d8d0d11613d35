"""What stands before or after the digits of a number: currencies, units with their factors, and kinds of sign."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

CURRENCY_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLF CLP CNH CNY COP CRC CUC CUP CVE CZK DEM DJF DKK DOP DZD EGP ERN ESP ETB EUR FJD FKP FRF GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NLG NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RMB RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL BTC ETH
"""
ISO_CURRENCIES = frozenset(CURRENCY_CODES.split())
CURRENCY_NAMES = """
    kr kr. zł kč ft lei leu лв лв. руб руб. р. rs rs. rm rp rp. s/ s/. fr fr. sfr sfr. tl din дин ден bs bs. r 元 円 圆
    원 us us$ r$ a$ au$ c$ ca$ can$ nz$ hk$ nt$ s$ mx$ euro euros dollar dollars cents pounds
"""
CURRENCY_WORDS = frozenset(CURRENCY_NAMES.split())
"""Names of currencies that are neither a sign of Unicode's class Sc nor an ISO code, in small letters."""

CURRENCY_PREFIX = re.compile(r"(?:[A-Za-z]{1,3})?\$|[A-Za-z]{3}")

MAGNITUDES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "G": 1e9}
FAMILIES: tuple[Mapping[str, float], ...] = (
    MAGNITUDES,
    {"": 1.0, "k": 1e3, "K": 1e3, "m": 1e6, "b": 1e9, "t": 1e12},
    {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mn": 1e6, "bn": 1e9, "tn": 1e12},
    {"": 1.0, "k": 1e3, "K": 1e3, "mn": 1e6, "bn": 1e9, "mio": 1e6, "mrd": 1e9, "Mio": 1e6, "Mrd": 1e9, "Tsd": 1e3},
    {"": 1.0, "Tsd.": 1e3, "Mio.": 1e6, "Mrd.": 1e9, "tsd.": 1e3, "mio.": 1e6, "mrd.": 1e9},
    {"": 1.0, "K": 1e3, "k": 1e3, "MM": 1e6, "lakh": 1e5, "lac": 1e5, "crore": 1e7, "L": 1e5, "Cr": 1e7, "cr": 1e7},
    {"": 1.0, "千": 1e3, "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12},
    {"": 1.0, "тыс": 1e3, "тыс.": 1e3, "млн": 1e6, "млн.": 1e6, "млрд": 1e9, "млрд.": 1e9},
    {"": 1.0, "tys": 1e3, "tys.": 1e3, "mln": 1e6, "mld": 1e9, "mlrd": 1e9},
    {"CR": 1.0, "DR": -1.0}, {"Cr": 1.0, "Dr": -1.0}, {"cr": 1.0, "dr": -1.0},
    {"°N": 1.0, "°S": -1.0}, {"°E": 1.0, "°W": -1.0}, {"° N": 1.0, "° S": -1.0}, {"° E": 1.0, "° W": -1.0},
    {"%": 1.0, "‰": 0.1, "‱": 0.01, "bp": 0.01, "bps": 0.01},
    {"µg": 1e-9, "μg": 1e-9, "ug": 1e-9, "mg": 1e-6, "g": 1e-3, "kg": 1.0, "t": 1e3},
    {"mg": 1e-6, "g": 1e-3, "gr": 1e-3, "kg": 1.0, "kgs": 1.0, "oz": 0.028349523125, "lb": 0.45359237,
     "lbs": 0.45359237, "st": 6.35029318},
    {"nm": 1e-9, "µm": 1e-6, "μm": 1e-6, "um": 1e-6, "mm": 1e-3, "cm": 1e-2, "dm": 0.1, "m": 1.0, "km": 1e3,
     "in": 0.0254, '"': 0.0254, "ft": 0.3048, "yd": 0.9144, "mi": 1609.344, "miles": 1609.344},
    {"µl": 1e-6, "μl": 1e-6, "ml": 1e-3, "mL": 1e-3, "cl": 1e-2, "dl": 0.1, "l": 1.0, "L": 1.0, "hl": 100.0},
    {"m²": 1.0, "m2": 1.0, "sqm": 1.0, "ha": 1e4, "km²": 1e6, "km2": 1e6, "cm²": 1e-4, "cm2": 1e-4,
     "ft²": 0.09290304, "ft2": 0.09290304, "sqft": 0.09290304, "sq ft": 0.09290304, "acres": 4046.8564224},
    {"ns": 1e-9, "µs": 1e-6, "μs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0,
     "mins": 60.0, "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "d": 86400.0},
    {"second": 1.0, "seconds": 1.0, "minute": 60.0, "minutes": 60.0, "hour": 3600.0, "hours": 3600.0, "day": 86400.0,
     "days": 86400.0, "week": 604800.0, "weeks": 604800.0},
    {"month": 1.0, "months": 1.0, "mo": 1.0, "yr": 12.0, "yrs": 12.0, "year": 12.0, "years": 12.0},
    {"B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15},
    {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40},
    {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    {"mW": 1e-3, "W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9},
    {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6, "GWh": 1e9},
    {"mV": 1e-3, "V": 1.0, "kV": 1e3}, {"µA": 1e-6, "mA": 1e-3, "A": 1.0}, {"J": 1.0, "kJ": 1e3, "MJ": 1e6},
    {"cal": 1.0, "kcal": 1e3}, {"Pa": 1.0, "hPa": 100.0, "kPa": 1e3, "MPa": 1e6, "mbar": 100.0, "bar": 1e5},
    {"m/s": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "mph": 0.44704},
)  # fmt: skip
"""Units that can be converted into each other, each with its factor."""

PLAIN_SUFFIXES = frozenset({*'%‰°KCFx×+"*mglshdtAVWJLkMBTGp', "°C", "°F", "°c", "°f"})
"""What may follow digits though it is one character; of other text one letter is rather part of a code."""

MAGNITUDE_OF = re.compile(
    r"^(k|K|M|MM|m|mn|Mn|bn|Bn|B|b|T|t|mil|mln|mld|mlrd|mio|Mio|mrd|Mrd|tsd|Tsd|million|billion|thousand|lakh|lac|"
    r"crore|Cr|cr|тыс|млн|млрд|tys|mio\.|Mio\.|mrd\.|Mrd\.|tsd\.|Tsd\.|тыс\.|млн\.|млрд\.|tys\.|千|万|萬|億|亿|천|만|억|조)$"
)


ZEROS = (
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xA620, 0xA8D0, 0xA9D0, 0xABF0, 0xFF10, *range(0x1D7CE, 0x1D800, 10),
)  # fmt: skip
"""The digit zero of each script; one to nine follow it."""


FRACTIONS = {
    0x00BC: "1/4", 0x00BD: "1/2", 0x00BE: "3/4", 0x2150: "1/7", 0x2151: "1/9", 0x2152: "1/10", 0x2153: "1/3",
    0x2154: "2/3", 0x2155: "1/5", 0x2156: "2/5", 0x2157: "3/5", 0x2158: "4/5", 0x2159: "1/6", 0x215A: "5/6",
    0x215B: "1/8", 0x215C: "3/8", 0x215D: "5/8", 0x215E: "7/8",
}  # fmt: skip
"""Unicode's fractions of one character."""


@cache
def to_ascii_table() -> dict[int, str]:
    """Unicode's digits, signs, spaces and marks -> the ASCII that means the same; invisible marks -> nothing."""
    table = {zero + digit: str(digit) for zero in ZEROS for digit in range(10)}
    table |= dict.fromkeys(
        map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2796\u207b\u208b"), "-"
    )
    table |= dict.fromkeys(map(ord, "\uff0b\ufe62\u2795\u207a\u208a\ufb29"), "+")
    table |= dict.fromkeys(
        map(ord, "\u00a0\u1680\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"), " "
    )
    table |= dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u02b9\u2032\u00b4\uff07`"), "'")
    table |= dict.fromkeys(
        map(ord, "\u200b\u200e\u200f\u061c\u2060\u2066\u2067\u2068\u2069\u202a\u202b\u202c\ufeff\u00ad"), ""
    )
    table |= {0x066B: ".", 0x066C: ",", 0x066A: "%", 0xFF05: "%", 0xFE6A: "%", 0xFF0C: ",", 0xFF0E: ".", 0x00B7: "."}
    table |= {0xFF08: "(", 0xFF09: ")", 0xFF1A: ":", 0xFF0F: "/", 0xFE69: "$", 0xFF04: "$", 0xFFE5: "¥", 0xFFE1: "£"}
    table |= {0xFFE0: "¢", 0xFFE6: "₩", 0x2033: '"', 0x201C: '"', 0x201D: '"', 0x00BA: "°", 0x2044: "/"}
    table |= {character: f" {fraction}" for character, fraction in FRACTIONS.items()}
    return table


def is_currency(text: str) -> bool:
    """Whether text is a currency's sign, ISO code or common abbreviation.

    Examples
    --------
    >>> [is_currency(text) for text in ("$", "€", "US$", "CHF", "zł", "kg")]
    [True, True, True, True, True, False]
    """
    if text.upper() in ISO_CURRENCIES or text.lower() in CURRENCY_WORDS:
        return True
    symbols = [character for character in text if unicodedata.category(character) == "Sc"]
    rest = "".join(character for character in text if unicodedata.category(character) != "Sc").strip(" .")
    return len(symbols) == 1 and (not rest or (rest.isascii() and rest.isalpha() and len(rest) <= 3 and rest.isupper()))


def _spelling(unit: str) -> str:
    """A unit without what tells its plural, and words without capitals; a short one may be another by its capitals."""
    for plural in ("(s)", "s", "."):
        unit = unit.removesuffix(plural) if len(unit) > len(plural) + 1 else unit
    return unit.casefold() if len(unit) > 2 or unit.casefold() in ("kg", "cm", "km", "mm") else unit


def factors(units: frozenset[str]) -> Mapping[str, float] | None:
    """How the units of one column convert into each other; None where they do not, or in two ways.

    Examples
    --------
    >>> factors(frozenset({"M", "k"}))["M"], factors(frozenset({"kg", "cm"}))
    (1000000.0, None)
    """
    families = [family for family in FAMILIES if units <= family.keys()]
    if not families and len({_spelling(unit) for unit in units}) == 1:
        return dict.fromkeys(units, 1.0)
    ratios = {tuple(family[unit] / family[min(units)] for unit in sorted(units)) for family in families}
    if len(ratios) != 1:
        return None
    return families[0] if len(families) == 1 else {unit: families[0][unit] for unit in units}
