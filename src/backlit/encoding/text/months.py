"""The names of months in nineteen languages."""

from __future__ import annotations

NAMES = (
    "jan january januar januari janvier janv enero ene gennaio gen janeiro jänner января январь янв stycznia "
    "styczeń sty ledna leden ocak oca ιανουαρίου ιανουάριος ιαν januára január ianuarie ian січня січень січ "
    "siječnja януари tammikuuta tammikuu tammi",
    "feb february februar februari février fevrier févr fév fev febrero febbraio fevereiro февраля февраль фев "
    "февр lutego luty lut února únor şubat şub φεβρουαρίου φεβρουάριος φεβ februára február februarie лютого "
    "лютий лют veljače февруари helmikuuta helmikuu helmi",
    "mar march märz maerz mär mrz mars maart mrt marzo março marco марта март мар marca marzec březen března mart "
    "μαρτίου μάρτιος μαρ március marec martie березня березень бер ožujka maaliskuuta maaliskuu maalis",
    "apr april avril avr abril abr aprile апреля апрель апр kwietnia kwiecień kwi dubna duben nisan nis απριλίου "
    "απρίλιος απρ április apríla aprilie квітня квітень кві travnja април huhtikuuta huhtikuu huhti",
    "may mai mei mayo mag maggio maio maj мая май maja května květen mayıs μαΐου μάιος μαϊ május mája травня "
    "травень svibnja toukokuuta toukokuu touko",
    "jun june juni juin junio giugno giu junho июня июнь июн czerwca czerwiec cze června červen haziran haz "
    "ιουνίου ιούνιος ιουν június júna iunie червня червень чер lipnja юни kesäkuuta kesäkuu kesä",
    "jul july juli juillet juil julio luglio lug julho июля июль июл lipca lipiec července červenec temmuz tem "
    "ιουλίου ιούλιος ιουλ július júla iulie липня липень srpnja юли heinäkuuta heinäkuu heinä",
    "aug august augustus août aout agosto ago augusti августа август авг sierpnia sierpień sie srpna srpen "
    "ağustos ağu αυγούστου αύγουστος αυγ augusztus augusta серпня серпень kolovoza elokuuta elokuu elo",
    "sep sept september septembre septiembre settembre set setembro сентября сентябрь сен сент września wrzesień "
    "wrz září eylül eyl σεπτεμβρίου σεπτέμβριος σεπ szeptember septembra septembrie вересня вересень rujna "
    "септември syyskuuta syyskuu syys",
    "oct october okt oktober octobre octubre ottobre ott outubro out октября октябрь окт października październik "
    "paź října říjen ekim eki οκτωβρίου οκτώβριος οκτ október októbra octombrie жовтня жовтень октомври lokakuuta "
    "lokakuu loka",
    "nov november novembre noviembre novembro ноября ноябрь ноя нояб listopada listopad lis listopadu kasım kas "
    "νοεμβρίου νοέμβριος νοε novembra noiembrie листопада листопад ноември marraskuuta marraskuu marras",
    "dec december dez dezember déc décembre decembre dic diciembre dicembre dezembro декабря декабрь дек grudnia "
    "grudzień gru prosince prosinec aralık ara δεκεμβρίου δεκέμβριος δεκ decembra decembrie грудня грудень "
    "prosinca декември joulukuuta joulukuu joulu",
)
MONTHS = {name: number for number, names in enumerate(NAMES, 1) for name in names.split()}
"""Names in small letters, whole and short -> the number of the month."""
