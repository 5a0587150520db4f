"""Abbreviations, expanded: only unambiguous ones; the "St." of "Main St." and the Russian "г." stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from pipeline.narration.normalisation.edits import CharSpan, Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.numbers import NUMBER, number_value, plural_form

# Abbreviation=expansion; spaces in an abbreviation are optional ("z. B.", "z.B."). "#" at the end: only before a
# number; at the beginning: only after one; "^": only before a capital, like titles; "~": only before a Roman numeral;
# "$": it may end a sentence, with which it shares its full stop. Plural forms of the expansion, as `plural_form` takes
# them, are separated by "/".
_TABLES = {
    "en": "e.g.=for example|i.e.=that is|etc.$=et cetera|vs.=versus|approx.=approximately|cf.=compare"
    "|a.k.a.=also known as|w/o=without|w/=with|no. #=number|nos. #=numbers|fig. #=figure|vol. #=volume"
    "|ch. #=chapter|p. #=page|pp. #=pages"
    "|c. #=circa|ca. #=circa|Dr. ^=Doctor|Prof. ^=Professor|Mr. and Mrs. ^=Mister and Missis|Mr. ^=Mister|Mrs. ^=Missis"
    "|Gen. X=Generation X|Gen. Y=Generation Y|Gen. Z=Generation Z|Gen. ^=General|Gov. ^=Governor"
    "|Sen. ^=Senator|Rep. ^=Representative|Rev. ^=Reverend|Col. ^=Colonel|Ft. ^=Fort|St. ^=Saint"
    "|Capt. ^=Captain|Lt. ^=Lieutenant|Sgt. ^=Sergeant|Mt. ^=Mount|dept.=department|est. #=established"
    "|# tsp.=teaspoon/teaspoons|# tsp=teaspoon/teaspoons|# tbsp.=tablespoon/tablespoons|# tbsp=tablespoon/tablespoons"
    "|# sec.$=second/seconds"
    "|# sq ft=square feet|art. #=article|sec. #=section|secs. #=sections|max. #=maximum"
    "|# sq. ft.$=square feet|# sq. mi.$=square miles|# sq mi=square miles|# ppm=parts per million|# ¢=cent/cents"
    "|# fps=frames per second|# th c.$=th century|incl.=including|excl.=excluding|ea.$=each"
    "|room temp.$=room temperature|# mo.$=month/months|# mos.$=month/months|# wks.$=weeks|# pts.$=points|# pts=points"
    "|# bps=basis points"
    "|# bp=basis points|YoY=year over year|QoQ=quarter over quarter|opt.=optional|# lg.=large|p.a.$=per annum",
    "de": "z. B.=zum Beispiel|d. h.=das heißt|u. a.=unter anderem|usw.$=und so weiter|bzw.=beziehungsweise"
    "|ca.=circa|evtl.=eventuell|ggf.=gegebenenfalls|vgl.=vergleiche|bspw.=beispielsweise|sog.=sogenannte"
    "|MwSt.$=Mehrwertsteuer|MwSt=Mehrwertsteuer|# Pers.$=Person/Personen|# Pkt.$=Punkt/Punkte|Art.-Nr. #=Artikelnummer"
    "|inkl.=inklusive|zzgl.=zuzüglich|u. U.=unter Umständen|i. d. R.=in der Regel|u. v. m.$=und vieles mehr"
    "|o. Ä.$=oder Ähnliches|z. T.=zum Teil|etc.$=et cetera|max.=maximal|min. #=minimal|Nr. #=Nummer|S. #=Seite"
    "|Abb. #=Abbildung|Kap. #=Kapitel|Bd. #=Band|Dr. ^=Doktor|Prof. ^=Professor|Hr. ^=Herr|Fr. ^=Frau"
    "|v. Chr.$=vor Christus|n. Chr.$=nach Christus|Jh.$=Jahrhundert"
    "|# Std.$=Stunde/Stunden|# Min.$=Minute/Minuten|# Sek.$=Sekunde/Sekunden"
    "|# Pck.=Päckchen|# Msp.=Messerspitze/Messerspitzen|# Stk.$=Stück|# Pfd.$=Pfund|mind.=mindestens|zw.=zwischen"
    "|tägl.$=täglich|geb. #=geboren|gest. #=gestorben|i. V. m.=in Verbindung mit"
    "|# EL=Esslöffel|# TL=Teelöffel|Abs. #=Absatz|Art. #=Artikel|Tel.=Telefon|Ziff. #=Ziffer|§ #=Paragraf"
    "|# ct/kWh=Cent pro Kilowattstunde|# ct=Cent"
    "|# U/min=Umdrehungen pro Minute"
    "|§§ #=Paragrafen|lt.=laut|rd. #=rund|u.=und|zul.=zulässiges|i. Tr.$=in der Trockenmasse|# ff.$=und folgende"
    "|# J.$=Jahr/Jahre|# Enth.$=Enthaltungen|# Pr.=Prise/Prisen|# Tr.=Tropfen"
    "|# geh. EL=gehäufter Esslöffel/gehäufte Esslöffel|# geh. TL=gehäufter Teelöffel/gehäufte Teelöffel"
    "|# gestr. EL=gestrichener Esslöffel/gestrichene Esslöffel"
    "|# gestr. TL=gestrichener Teelöffel/gestrichene Teelöffel"
    "|Gr. #=Größe|Gr. S=Größe S|Gr. M=Größe M|Gr. L=Größe L|Gr. XL=Größe XL"
    "|Gr. XS=Größe XS|Min.$=Minute|Std.$=Stunde|p. a.$=pro Jahr|Stk.$=Stück|Pers.$=Person|v. a.=vor allem"
    "|u. a. m.$=und anderes mehr"
    "|J. #=Jahr|v. ^=von|s. ^=siehe|s. o.$=siehe oben|s. u.$=siehe unten|Temp.=Temperatur",
    "fr": "p. ex.=par exemple|c.-à-d.=c'est-à-dire|etc.$=et cetera|env.=environ|av. J.-C.$=avant Jésus-Christ"
    "|apr. J.-C.$=après Jésus-Christ|cf.=voir|n° #=numéro|no #=numéro|fig. #=figure|p. #=page|chap. #=chapitre"
    "|M. ^=Monsieur|MM. ^=Messieurs|Mme ^=Madame|Mlle ^=Mademoiselle|Dr ^=Docteur|Pr ^=Professeur|Me ^=Maître"
    "|de c. à c.=de cuillère à café|de c. à s.=de cuillère à soupe|# c. à café=cuillère à café/cuillères à café"
    "|# c. à soupe=cuillère à soupe/cuillères à soupe"
    "|nº #=numéro|# c. à s.=cuillère à soupe/cuillères à soupe|# c. à c.=cuillère à café/cuillères à café"
    "|art. #=article|tél.=téléphone|# pers.$=personnes|Mme d=Madame d|Mme de=Madame de|M. de=Monsieur de"
    "|trim.$=trimestre|# hab.$=habitants|A/R=aller-retour",
    "es": "p. ej.=por ejemplo|etc.$=etcétera|aprox.=aproximadamente|a. C.$=antes de Cristo|d. C.$=después de Cristo"
    "|EE. UU.$=Estados Unidos|n.º #=número|núm. #=número|fig. #=figura|pág. #=página|págs. #=páginas|cap. #=capítulo"
    "|Sr. ^=señor|Sra. ^=señora|Srta. ^=señorita|Dr. ^=doctor|Dra. ^=doctora|Prof. ^=profesor|Ud.$=usted|Uds.$=ustedes"
    "|1.er=primer|3.er=tercer|nº #=número|art. #=artículo|tel.=teléfono|tfno.=teléfono"
    "|máx. #=máximo|mín. #=mínimo|# cda.=cucharada/cucharadas|# cdas.=cucharadas"
    "|de cdta.=de cucharadita|de cda.=de cucharada"
    "|Gral. ^=general|# pers.$=personas|s. ~=siglo|ss. ~=siglos|# pts.$=puntos|# pts=puntos|los min. #=los minutos"
    "|min. #=minuto"
    "|# cdta.=cucharadita/cucharaditas|# cdtas.=cucharaditas|C/ ^=calle|Avda. ^=avenida",
    "it": "ad es.=ad esempio|p. es.=per esempio|ecc.$=eccetera|a. C.$=avanti Cristo|d. C.$=dopo Cristo|ca.=circa"
    "|n. #=numero|fig. #=figura|pag. #=pagina|cap. #=capitolo|Sig. ^=signor|Sig.ra ^=signora|Dott. ^=dottor"
    "|Dott.ssa ^=dottoressa|Prof. ^=professor|Prof.ssa ^=professoressa|Ing. ^=ingegner"
    "|q. b.$=quanto basta|art. #=articolo|tel.=telefono|nº #=numero|# sec.$=secondi|sec.$=secolo|# pts=punti"
    "|# cucch.=cucchiaio/cucchiai|# gg.$=giorni|# gg=giorni|# pers.$=persone",
    "pt": "p. ex.=por exemplo|etc.$=et cetera|aprox.=aproximadamente|a. C.$=antes de Cristo|d. C.$=depois de Cristo"
    "|n.º #=número|fig. #=figura|pág. #=página|cap. #=capítulo|Sr. ^=senhor|Sra. ^=senhora|Dr. ^=doutor|Dra. ^=doutora"
    "|Prof. ^=professor|Profa. ^=professora|EUA=Estados Unidos"
    "|nº #=número|máx. #=máximo|mín. #=mínimo|# col. de=colher de/colheres de|art. #=artigo|tel.=telefone"
    "|séc. ~=século|séc.$=século|máx. de=máxima de|mín. de=mínima de|p.p.$=pontos percentuais|a.a.$=ao ano"
    "|S. ^=São|D. Maria=Dona Maria|D. ^=Dom|R. da=Rua da|R. do=Rua do|R. de=Rua de"
    "|Av. ^=Avenida|# pess.$=pessoas|tri.$=trimestre|# pts=pontos|# pts.$=pontos",
    "nl": "bijv.=bijvoorbeeld|d.w.z.=dat wil zeggen|enz.$=enzovoort|m.a.w.=met andere woorden|o.a.=onder andere"
    "|i.p.v.=in plaats van|a.u.b.=alstublieft"
    "|t/m=tot en met|ca.=circa|m.b.t.=met betrekking tot|i.v.m.=in verband met|nr. #=nummer"
    "|blz. #=bladzijde|dhr. ^=de heer|mevr. ^=mevrouw"
    "|mevr. de=mevrouw de|mevr. van=mevrouw van|dhr. de=de heer de|dhr. van=de heer van|v.d.=van der"
    "|t.o.v.=ten opzichte van|# ptn.$=punten|# gr=gram|# ltr=liter|# dgn.=dagen|# pers.$=personen|e.v.$=en volgende"
    "|evt.=eventueel"
    "|# u=uur|p/l=per liter|p/m=per maand|p/u=per uur|p.p.=per persoon"
    "|dr. ^=dokter|prof. ^=professor|v. Chr.$=voor Christus"
    "|n. Chr.$=na Christus"
    "|fig. #=figuur|hoofdst. #=hoofdstuk|art. #=artikel|tel.=telefoon"
    "|# el=eetlepel/eetlepels|# tl=theelepel/theelepels",
    "pl": "np.=na przykład|tzn.=to znaczy|tj.=to jest|itd.$=i tak dalej|itp.$=i tym podobne|m.in.=między innymi"
    "|tzw.=tak zwany|ok. #=około|nr #=numer|rys. #=rysunek|str. #=strona|dr ^=doktor|prof. ^=profesor"
    "|p.n.e.$=przed naszą erą|n.e.$=naszej ery"
    "|o godz. #=o godzinie|od godz. #=od godziny|do godz. #=do godziny|godz. #=godzina"
    "|r. p.n.e.$=roku przed naszą erą|r. n.e.$=roku naszej ery"
    "|zob.=zobacz|rozdz. #=rozdział|tel.=telefon|# proc.$=procent|r/r=rok do roku|w l. #=w latach"
    "|w temp.=w temperaturze"
    "|temp.=temperatura|ul. ^=ulica|# os.$=osoba/osoby/osób/osoby|rozm.=rozmiar",
    "ru": "т. е.=то есть|и т. д.$=и так далее|и т. п.$=и тому подобное|т. к.=так как|т. н.=так называемый"
    "|напр.=например|и др.$=и другие|до н. э.$=до нашей эры|н. э.$=нашей эры|рис. #=рисунок|стр. #=страница|№ #=номер"
    "|проф. ^=профессор|чел.$=человек|г/г=год к году|# -е гг.$=-е годы|# -х гг.$=-х годов"
    "|# р.$=рубль/рубля/рублей/рубля|# сут.$=сутки/суток/суток/суток"
    "|# ст.=стакан/стакана/стаканов/стакана|# -й мин.$=-й минуте"
    "|# шт.$=штука/штуки/штук/штуки|ул. ^=улица"
    "|# ст. л.$=столовая ложка/столовые ложки/столовых ложек/столовой ложки"
    "|# ч. л.$=чайная ложка/чайные ложки/чайных ложек/чайной ложки"
    "|к. т. н.=кандидат технических наук|д. т. н.=доктор технических наук"
    "|ок. #=около|г. до н. э.$=года до нашей эры|г. н. э.$=года нашей эры|# коп.=копейка/копейки/копеек|тел.=телефон",
    "uk": "напр.=наприклад|і т. д.$=і так далі|і т. п.$=і тому подібне|т. зв.=так званий|та ін.$=та інші"
    "|до н. е.$=до нашої ери|н. е.$=нашої ери|рис. #=рисунок|стор. #=сторінка|№ #=номер"
    "|проф. ^=професор|# шт.$=штука/штуки/штук/штуки|# -ті рр.$=-ті роки|# -х рр.$=-х років"
    "|# ст. л.$=столова ложка/столові ложки/столових ложок/столової ложки"
    "|# ч. л.$=чайна ложка/чайні ложки/чайних ложок/чайної ложки"
    "|бл. #=близько|р. до н. е.$=року до нашої ери|р. н. е.$=року нашої ери|тел.=телефон",
    "cs": "např.=například|tj.=to jest|atd.$=a tak dále|apod.$=a podobně|tzv.=takzvaný|cca=přibližně|mj.=mimo jiné"
    "|př. n. l.$=před naším letopočtem|n. l.$=našeho letopočtu|č. #=číslo|obr. #=obrázek|str. #=strana",
    "sv": "t. ex.=till exempel|dvs.=det vill säga|bl. a.=bland annat"
    "|osv.$=och så vidare|m.m.$=med mera|s.k.=så kallade|ca=cirka|f.Kr.$=före Kristus|e.Kr.$=efter Kristus|nr #=nummer"
    "|kl. #=klockan|# tsk=tesked/teskedar|# msk=matsked/matskedar|# krm=kryddmått|# mdkr=miljarder kronor"
    "|# mkr=miljoner kronor|lgh=lägenhet",
    "fi": "n. #=noin|v. #=vuonna|esim.=esimerkiksi|mm.=muun muassa|jne.$=ja niin edelleen|ym.$=ynnä muuta"
    "|# rkl=ruokalusikallinen/ruokalusikallista|# tl=teelusikallinen/teelusikallista",
    "tr": "vb.$=ve benzeri|vs.$=vesaire|örn.=örneğin|M.Ö.=milattan önce|MÖ #=milattan önce|M.S.=milattan sonra"
    "|bkz.=bakınız|yy.=yüzyıl|# dk.$=dakika|# sn.$=saniye|s. #=sayfa|no. #=numara|Dr. ^=Doktor|Prof. ^=Profesör",
    "el": "π.χ.=παραδείγματος χάρη|κ.λπ.$=και λοιπά|κ.ά.$=και άλλα|δηλ.=δηλαδή|μ.Χ.$=μετά Χριστόν|π.Χ.$=προ Χριστού"
    "|βλ.=βλέπε|σελ. #=σελίδα|αρ. #=αριθμός|περ. #=περίπου|δρ. ^=δόκτωρ|αι.=αιώνα",
    "ar": "إلخ.$=إلى آخره|إلخ=إلى آخره|ق.م.=قبل الميلاد|# ق.م=قبل الميلاد",
    "he": "וכו׳=וכולי|ד״ר=דוקטור|פרופ׳=פרופסור|ע״י=על ידי|עמ׳ #=עמוד|מס׳ #=מספר|לפנה״ס=לפני הספירה|# ש״ח=שקלים"
    "|ארה״ב=ארצות הברית|טל׳ #=טלפון|ברח׳=ברחוב|רח׳=רחוב",
    "hi": "डॉ.=डॉक्टर|प्रो.=प्रोफ़ेसर|ई.पू.=ईसा पूर्व|ई. पू.=ईसा पूर्व|कि.मी.=किलोमीटर|उदा.=उदाहरण|रु.=रुपये|पृ. #=पृष्ठ",
    "th": "พ.ศ.=พุทธศักราช|ค.ศ.=คริสต์ศักราช|ฯลฯ=และอื่นๆ|ดร.=ด็อกเตอร์|น.ส.=นางสาว",
}
_MARKS = "#^$~"
# How far back the context of an abbreviation reaches.
_CONTEXT_CHARS = 40
# Points are dative after these: "mit 58 Pkt."
_DATIVE = re.compile(r"\b(?:mit|bei|von|nach|zu|ab|seit|aus|vor)\s[\d.,]+\s?$")
# A fraction without a whole number: "1/4 tsp".
_FRACTION_ONLY = re.compile(r"(?<!\d )(?<![\w.,])(?:[123]/[234]|[½¼¾⅓⅔])\s?$")
_GERMAN_DATIVES = {"Punkte": "Punkten", "Jahre": "Jahren"}
# A street, or a saint's mountain.
_NAME_BEFORE = re.compile(r"(?:\b[A-Z][\w.]*|\d(?:st|nd|rd|th)) (?<!Mount )$")
# After one of these, "S." is a sentence (Satz) of a law, not a page (Seite).
_PARAGRAPH = re.compile(r"\b(?:Abs\.|Absatz|Art\.|§)[ \u00a0\u202f]?\d+[a-z]?[ \u00a0\u202f]$")
# "В 44 г. до н. э.", "в 30-х гг."
_AFTER_IN = {"года ": "году ", "року ": "році ", "-х годов": "-х годах"}
_IN_THE_YEAR = re.compile(r"(?<!\w)[вуВУ] \d+[ \u00a0\u202f]?$")
_STOPS_OF_UNITS = frozenset({".,", ".;", ".:"})
_BEFORE_UNITS = "0123456789½¼¾⅓⅔"


def say_abbreviations(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand abbreviations; a full stop that also ends the sentence is kept."""
    if language.code not in _TABLES:
        return
    entries, pattern = _table(language.code)
    for match in pattern.finditer(text):
        written, spoken = entries[next(number for number, found in enumerate(match.groups()) if found is not None)]
        spoken = _in_context(written, spoken, text, match.span(), language)
        if not spoken:
            continue
        if match[0].endswith(".") and sentence_ends_here(text, match.end(), often=written.endswith("$")):
            spoken += "."
        # Drops the full stop of "2 hrs., at most".
        end = match.end() + (text[match.end() : match.end() + 2] in _STOPS_OF_UNITS)
        spoken += " " if text[end : end + 1].isdigit() else ""
        is_ending = written[2:].startswith(("-", "th "))
        space = " " if match.start() and text[match.start() - 1] in _BEFORE_UNITS and not is_ending else ""
        yield [Edit(start=match.start(), end=end, text=space + spoken)]


def _in_context(written: str, spoken: str, text: str, span: CharSpan, language: Language) -> str:
    """The expansion in the form that its context requires; empty if the abbreviation may mean something else there."""
    start, end = span
    near = max(0, start - _CONTEXT_CHARS)
    if written == "St. ^" and _NAME_BEFORE.search(text, near, start):
        return ""
    if written == "# ст." and not text[end + 1 : end + 2].islower():
        return ""  # "1 ст. муки", but "21 ст. УК"
    if written == "S. #" and _PARAGRAPH.search(text, near, start):
        return "Satz"
    if "/" in spoken:
        spoken = _form_after(spoken, text[near:start], language)
    if language.code == "de" and _DATIVE.search(text, near, start):
        return _GERMAN_DATIVES.get(spoken, spoken)
    if _IN_THE_YEAR.search(text, near, start):
        for form, after_in in _AFTER_IN.items():
            spoken = spoken.replace(form, after_in, 1) if spoken.startswith(form) else spoken
    return spoken


def _form_after(spoken: str, before: str, language: Language) -> str:
    """The plural form for the number before it; without a recognisable number, that of many."""
    number = re.search(rf"(?:{NUMBER})$", before.rstrip())
    value = number_value(number[0], language) if number else None
    if _FRACTION_ONLY.search(before):
        value = Decimal(1) if spoken.count("/") < 2 else Decimal("0.5")
    return plural_form(tuple(spoken.split("/")), Decimal(5) if value is None else value, language)


@lru_cache(maxsize=64)
def _table(code: str) -> tuple[list[tuple[str, str]], re.Pattern[str]]:
    """The entries, longest first, and a pattern with a group per entry."""
    entries = [(written, spoken) for written, _, spoken in (entry.partition("=") for entry in _TABLES[code].split("|"))]
    entries.sort(key=lambda entry: len(entry[0]), reverse=True)
    return entries, re.compile("|".join(f"({_expression(written)})" for written, _ in entries))


def _expression(written: str) -> str:
    """A pattern for an entry: whole words, first letter in either case unless it is the only one, optional spaces."""
    core = written.strip(_MARKS + " ")
    is_fixed = not core[0].isalpha() or re.fullmatch(r"\w\.", core)
    spelling = re.escape(core[0]) if is_fixed else f"[{core[0].lower()}{core[0].upper()}]"
    spelling += re.escape(core[1:]).replace(r"\ ", r"[ \u00a0\u202f]?")
    # Hebrew's marks are often typed as quotation marks.
    spelling = spelling.replace("״", '[״"]').replace("׳", "[׳']")
    before = r"(?<=[\d½¼¾⅓⅔])[ \u00a0\u202f]?" if written.startswith("#") else r"(?<![\w.])"
    after = r"(?=[ \u00a0\u202f]?[$€£]?\d)" if written.endswith("#") else r"(?!\w)"
    after = r"(?=[ \u00a0\u202f][^\W\d_a-zß-öø-ÿ])" if written.endswith("^") else after
    after = r"(?=[ \u00a0\u202f][IVX]+(?!\w))" if written.endswith("~") else after
    if "\u0e00" <= core[0] <= "\u0eff":
        # Thai has no spaces between words, but allows one after a full stop.
        return spelling.replace(r"\.", r"\. ?").removesuffix(" ?")
    return before + spelling + after
