"""What tells in Spanish who a patient is: names, numbers, addresses and days by the words that stand beside them.

Shapes that need no word, such as e-mail addresses and numbers with a check digit of their own, are found by the other
nouns in any language. As there, a name is one by its setting only, and a date by an event in someone's care.
"""

import re
from collections.abc import Iterator

from hcpov.text import check_digits
from hcpov.text.finds import Kind, Span
from hcpov.text.passage import Clue, Passage, clue

_CAP = r"[A-ZÁÉÍÓÚÜÑ][^\W\d_ºª]{1,24}(?:-[A-ZÁÉÍÓÚÜÑ][^\W\d_]{1,24})?"
_OF = r"(?:(?:de la|de los|de las|del|de|y) )?"
_NAME = rf"{_CAP}(?: {_OF}{_CAP}){{0,3}}"
_FULL = rf"{_CAP}(?: {_OF}{_CAP}){{1,3}}"
_SOMEONE = (
    r"(?:paciente|enferm[oa]|residente|usuari[oa]|señora|señor|mujer|hombre|var[oó]n|ancian[oa]|niñ[oa]|chic[oa]|"
    r"beb[eé]|fallecid[oa]|vecin[oa])"
)
_SOMEONE_NEEDS = "paciente enferm residente usuari señor mujer hombre var anciano anciana niñ chic beb fallecid vecin"
_RELATIVE = (
    r"(?:marido|esposo|esposa|mujer|pareja|hijo|hija|madre|padre|hermano|hermana|abuelo|abuela|nieto|nieta|tío|tía|"
    r"sobrino|sobrina|cuidador|cuidadora|viudo|viuda)"
)
_RELATIVE_NEEDS = "marido espos mujer pareja hij madre padre herman abuel niet tío tía sobrin cuidador viud"
_NUMBER = r"(?:n[uú]mero|n[uú]m\.?|n\.? ?[ºo°]\.?|nro\.?|#)"
_GAP = r"(?:[\s:#=,.(\"'-]{1,4}|\s(?:es|era)(?: el)?\s|(?<=[ºo°#.:]))"
_ITEM = r"(?P<find>(?=[a-z./-]{0,8}\d)[a-z0-9](?:[a-z0-9./-]{0,23}[a-z0-9])?)(?![a-z0-9])"


def _numbered(alone: str, numbered: str, needs: str) -> Clue:
    """Makes a clue of cue words that suffice `alone`, and of those that need "número" or "n.º" on either side."""
    return clue(
        rf"\b(?:(?:{alone})(?: {_NUMBER})?{_GAP}|(?:{numbered}) {_NUMBER}{_GAP}"
        rf"|{_NUMBER} de (?:la |su )?(?:{numbered}){_GAP}){_ITEM}",
        needs,
    )


_NUMBERS = [
    (
        Kind.RECORD,
        _numbered(
            r"nhc|n\.h\.c\.|nuhsa|cipa",
            r"historia(?: cl[ií]nica)?|historial|expediente|paciente|episodio|ingreso|registro|muestra|volante|"
            r"petici[oó]n",
            "nhc n.h.c nuhsa cipa histori expediente paciente episodio ingreso registro muestra volante petici",
        ),
    ),
    (
        Kind.SSN,
        _numbered(
            r"nuss|n[uú]mero de (?:la )?seguridad social",
            r"seguridad social|afiliaci[oó]n|afiliad[oa](?: a la seguridad social)?",
            "nuss seguridad afilia",
        ),
    ),
    (
        Kind.PLAN,
        _numbered(
            r"tarjeta sanitaria|cip",
            r"p[oó]liza|asegurad[oa]|tarjeta(?: sanitaria)?|mutualista|siniestro",
            "tarjeta cip póliza poliza asegurad mutualista siniestro",
        ),
    ),
    (Kind.ACCOUNT, _numbered(r"cuenta bancaria", r"cuenta|factura|recibo", "cuenta factura recibo")),
    (
        Kind.LICENCE,
        _numbered(
            r"dni|d\.n\.i\.|nif|nie|curp|pasaporte|c[eé]dula(?: de identidad)?",
            r"documento|identidad|colegiad[oa]|licencia|pasaporte",
            "dni d.n.i nif nie curp pasaporte cédula cedula documento identidad colegiad licencia",
        ),
    ),
    (Kind.DEVICE, _numbered("n/s", r"serie|marcapasos|implante|bomba", "n/s serie marcapasos implante bomba")),
]
_CARD = clue(r"(?<![\w.,/-])(?P<find>(?P<dni>\d{1,2}\.?\d{3}\.?\d{3}[- ]?[a-z]|[xyz][- ]?\d{7}[- ]?[a-z]))(?![\w-])")
_PLATE = clue(
    r"(?i:\bmatr[ií]culas?)(?: (?:del coche|del vehículo|era|es))?[\s:,(]{1,3}"
    r"(?P<find>\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3})\b",
    "matr",
    low=False,
)
_TELEPHONE = clue(
    r"\b(?:tel[eé]fonos?|tel|tfno|tlf|m[oó]vil|fax|ll[aá]m(?:e|en|a|ar|arme|enme|eme|ame|adme)|n[uú]mero|whatsapp|"
    r"marque|contacto)\b[^\d\n;+(]{0,30}(?P<find>(?:\+34 ?)?[6-9]\d{1,2}(?:[ .-]?\d{2,3}){2,4})(?![\w%]|[-/:.]\d)",
    "tel tfno tlf móvil movil fax llám llam número numero whatsapp marque contacto",
)
_WAY = (
    r"(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda?\.|[Pp]laza|[Pp]za\.|[Pp]aseo|[Pp]º|[Rr]onda|[Cc]amino|[Cc]arretera|"
    r"[Tt]raves[ií]a)"
)
_ADDRESSES = [
    clue(
        rf"(?<![\w/])(?P<find>{_WAY} ?(?:de la |de los |de las |del |de )?{_NAME},? (?:{_NUMBER} ?)?\d{{1,4}}"
        rf"(?:, ?\d{{1,2}}\.?[ºª°]?(?: ?[A-Z]\b| (?:izq|dcha)\w*\.?)?)?(?:,? \d{{5}}(?: {_CAP})?)?)(?![\w%])",
        "calle c/ avenida av plaza pza paseo pº ronda camino carretera traves",
        low=False,
    ),
    clue(
        rf"(?i:\b(?:vive|vivía|vivia|reside|residía|domicilio|domiciliad[oa])\b)[^.\n\d]{{0,12}}? en (?:la |el )?"
        rf"(?P<find>{_WAY} ?(?:de la |de los |de las |del |de )?{_NAME})",
        "viv resid domicili",
        low=False,
        anywhere=True,
    ),
    clue(r"(?i:\bc[oó]digo postal|\bc\.p\.)(?: es| era)?[\s:,(]{1,3}(?P<find>\d{5})\b", "postal c.p.", low=False),
]
_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?P<find>{_DAY}(?:º|\.º)?(?: de)? {_MONTH}(?:,? (?:del? )?(?:1[89]|20)\d\d)?"
    rf"|{_DAY}(?P<mark>[-/.])(?:0?[1-9]|1[0-2])(?P=mark)(?:(?:1[89]|20)\d\d|\d\d)"
    rf"|{_MONTH} (?:del? )?(?:1[89]|20)\d\d)(?![\w%]|[-/.:]\d)"
)
_DATES = [
    clue(
        rf"\b(?:fecha (?:de|del) (?:nacimiento|ingreso|alta|defunci[oó]n|fallecimiento|intervenci[oó]n|parto)|"
        rf"f\. ?nac\.?|f\.n\.)[\s:,(]{{1,3}}(?:era |es |fue )?(?:el )?{_DATE}",
        "fecha nac f.n.",
    ),
    clue(
        r"\b(?:naci[oó]|nacid[oa]|ingres[oó]|reingres[oó]|ingresad[oa]|falleci[oó]|fallecid[oa]|muri[oó]|operad[oa]|"
        r"intervenid[oa]|diagnosticad[oa]|trasladad[oa]|(?:dad[oa] de|recibi[oó] el) alta|intubad[oa]|"
        rf"trasplantad[oa]|atendid[oa]|visitad[oa])\b[^.;\n\d]{{0,40}}?(?<=[ (,]){_DATE}",
        "naci ingres falleci muri operad intervenid diagnosticad trasladad alta intubad trasplantad atendid visitad",
    ),
    clue(
        rf"\bel (?:d[ií]a )?{_DATE},? (?:se )?(?:ingres[oó]|reingres[oó]|falleci[oó]|muri[oó]|naci[oó]|la operaron|"
        r"lo operaron|fue (?:operad|ingresad|intervenid|dad|trasladad|intubad)[oa])\b",
        "ingres falleci muri naci operaron fue",
    ),
]
_OLD = r"(?:9\d|1[01]\d)"
_AGES = [
    clue(
        rf"\b(?:{_SOMEONE}|{_RELATIVE}|[eé]l|ella)(?:,? (?:ingresad[oa]|viud[oa]|jubilad[oa]|fr[aá]gil))?,? "
        rf"(?:de |con |\()(?P<find>{_OLD} años)\b",
        "años",
    ),
    clue(rf"\b(?:tiene|ten[ií]a|cumpli[oó]|cumpl[ií]a|cumple) (?:ya |solo |casi )?(?P<find>{_OLD} años)\b", "años"),
    clue(rf"\b(?:muri[oó]|falleci[oó]|ingres[oó]) (?:a los|con) (?P<find>{_OLD} años)\b", "años"),
]
# "Sr." is senior or a sister in English, and "don" is what one does with gloves: these need a Spanish word before them.
_TITLED = [
    clue(
        r"\b(?:[Ee]l|[Aa]l|[Dd]el|[Aa]|[Dd]e|[Cc]on|[Pp]ara|[Pp]or|[Yy]|[Qq]ue|[Cc]uando|[Ss]i) "
        rf"(?P<find>(?:Sr\.?(?: D\.| don)?|don) {_NAME})",
        "sr don",
        low=False,
        anywhere=True,
    ),
    clue(
        rf"\b(?P<find>(?:(?:Sra|Srta|Dña)\b\.?(?: (?:Dña\.|Dª|doña))?|Dª|[Dd]oña|[Ss]eñora?|[Ss]eñorita) {_NAME})",
        "sra srta dña dª doña señor",
        low=False,
        anywhere=True,
    ),
]
_NAMES = [
    # As in "una paciente llamada Carmen Ruiz" and "mi paciente se llamaba Julián".
    clue(
        rf"(?i:\b{_SOMEONE}),? (?:que )?(?:se )?(?:llamad[oa]|llamaba|llama|de nombre) (?P<find>{_NAME})",
        "llama nombre",
        low=False,
        anywhere=True,
    ),
    # As in "Paciente: Samuel Ortiz" and "mi paciente Lucía".
    clue(rf"(?i:\b(?:nombre del? (?:la )?)?paciente): (?P<find>{_FULL})", "paciente:", low=False, anywhere=True),
    clue(
        rf"(?i:\b(?:mi|nuestr[oa]) (?:paciente|residente|usuari[oa])),? (?P<find>{_NAME})",
        "paciente residente usuari",
        low=False,
        anywhere=True,
    ),
    clue(
        rf"(?i:\b(?:la|el|una|un|mi|esta|este) {_SOMEONE}), (?P<find>{_NAME}),",
        _SOMEONE_NEEDS,
        low=False,
        anywhere=True,
    ),
    # As in "su hija Elena" and "la hija, Elena Prats,".
    clue(rf"(?i:\bsus? {_RELATIVE}),? (?P<find>{_NAME})", _RELATIVE_NEEDS, low=False, anywhere=True),
    clue(rf"(?i:\b(?:el|la) {_RELATIVE}), (?P<find>{_NAME}),", _RELATIVE_NEEDS, low=False, anywhere=True),
    # As in "Juan Pérez, de 45 años" and "Juan Pérez, 45 años, ingresó".
    clue(rf"\b(?P<find>{_FULL}),? \(?(?:de )?\d{{1,3}} años\b", "años", low=False),
    # As in "Carmen, la de la cama 12" and "Carmen en la habitación 9".
    clue(
        rf"\b(?P<find>{_NAME}),? (?:la de la|el de la|en la|de la) (?:cama|habitación|box) \d",
        "cama habitación box",
        low=False,
    ),
]
# Capitals that begin a sentence or name something else.
_NO_NAMES = frozenset(
    "el la los las un una unos unas lo al del de en con por para sin sobre entre desde hasta como cuando donde que qué "
    "quien quién si sí no ni y o pero aunque porque mi su sus tu este esta estos estas ese esa aquel aquella hay había "
    "es era fue ha hoy ayer mañana gracias buenos buenas señor señora doctor doctora dr dra profesor profesora "
    "hospital clínica clínico centro unidad servicio sala planta ley real decreto universidad facultad escuela colegio "
    "instituto sociedad asociación fundación ministerio consejería comunidad consejo comité guía plan programa sistema "
    "salud seguridad social nacional urgencias enfermería medicina cirugía pediatría oncología uci enero febrero marzo "
    "abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado "
    "domingo covid sida test escala índice dios virgen santa san presidente presidenta ministro ministra director "
    "directora rey reina juez jueza alcalde alcaldesa cada otro otra todo toda todos todas dos tres cuatro".split()
)
_PUBLIC = frozenset(
    "ministro ministra gobierno presidente presidenta senador senadora congreso diputado diputada alcalde alcaldesa "
    "consejero consejera director directora gerente editor editora autor autora película novela libro serie personaje "
    "poema periodista colega compañero compañera escribió escribe opina comenta quijote rey reina papa "
    "juez jueza abogado abogada profesor profesora gracias estimado estimada".split()
)
_IN_CARE = frozenset(
    "cama habitación box paciente ingresó ingresada ingresado planta dolor caída alta operada operado".split()
)
_BOOKS = frozenset("quijote tenorio perfecta bárbara".split())
_MANY = frozenset(
    "pacientes enfermos casos participantes ingresos altas mujeres hombres niños residentes todos estudio ensayo "
    "cohorte guía ley decreto protocolo congreso publicada publicado presidente presidenta rey reina papa escritor "
    "escritora autor autora fundador fundadora médico científico científica pintor pintora poeta vigor mercado".split()
)
_CLINICIAN = re.compile(r"\b(?:dra?|doctora?|prof|profesora?|enfermer[oa]|matrona|supervisora?)\b\.? $")
_THINGS = frozenset(
    "hospital centro edificio ley escuela facultad universidad sociedad revista institución colegio casa".split()
)
_COUNTED = re.compile(r"(?:más de|menos de|mayores de|menores de|entre|hasta|desde|durante|hace) $")
_LETTERS = re.compile(r"[^\W\d_]+")
_TITLES = frozenset("sr sra srta don doña dña señor señora señorita d de la los las del y".split())


def spans(passage: Passage) -> Iterator[Span]:
    """Yields what Spanish words give away."""
    yield from _numbers(passage)
    for of_kind in _ADDRESSES:
        yield from (Span(Kind.ADDRESS, *found.span("find")) for found in passage.matches(of_kind))
    for of_kind in _DATES:
        for found in passage.matches(of_kind):
            if not passage.words_around(found.start("find")) & _MANY:
                yield Span(Kind.DATE, *found.span("find"))
    for of_kind in _AGES:
        for found in passage.matches(of_kind):
            more = passage.after(found.end("find"), 12)
            counted = _COUNTED.search(passage.before(found.start("find"))) or more.startswith((" o más", " y más"))
            if not counted and not passage.words_around(found.start("find")) & _THINGS:
                yield Span(Kind.AGE, *found.span("find"))
    yield from _names(passage)


def _numbers(passage: Passage) -> Iterator[Span]:
    for kind, cued in _NUMBERS:
        for found in passage.matches(cued):
            digits = sum(letter.isdecimal() for letter in found["find"])
            if digits >= 5 and not re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", found["find"]):
                yield Span(kind, *found.span("find"))
    for found in passage.matches(_CARD):
        if check_digits.dni(re.sub(r"[^0-9a-z]", "", found["find"]).upper()):
            yield Span(Kind.LICENCE, *found.span("find"))
    yield from (Span(Kind.VEHICLE, *found.span("find")) for found in passage.matches(_PLATE))
    for found in passage.matches(_TELEPHONE):
        if sum(letter.isdecimal() for letter in found["find"].removeprefix("+34")) == 9:
            yield Span(Kind.TELEPHONE, *found.span("find"))


def _names(passage: Passage) -> Iterator[Span]:
    for of_kind in _TITLED:
        for found in passage.matches(of_kind):
            words, around = _words(passage, *found.span("find")), passage.words_around(found.start("find"))
            known = not words or words[0] in _NO_NAMES or words[0] in _BOOKS
            if not known and (not around & _PUBLIC or around & _IN_CARE):
                yield Span(Kind.NAME, *found.span("find"))
    for of_kind in _NAMES:
        for found in passage.matches(of_kind):
            words = _words(passage, *found.span("find"))
            if not _CLINICIAN.search(passage.before(found.start("find"))) and not _NO_NAMES.intersection(words):
                yield Span(Kind.NAME, *found.span("find"))


def _words(passage: Passage, start: int, end: int) -> list[str]:
    """Returns the words of a name without titles and what joins them."""
    return [word for word in _LETTERS.findall(passage.low, start, end) if word not in _TITLES]
