"""French word lists of the embedded writer."""

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, Pace, word_set

_STOPS = """
le la les l un une des du de d au aux et ou mais ni or donc car si à en dans sur sous par pour
avec sans chez vers entre parmi pendant durant avant après depuis jusque jusqu contre malgré
selon dès lors comme que qu qui quoi dont où quand quel quelle quels quelles ce c cet cette ces
cela ceci ça celui celle ceux celles il ils elle elles on nous vous je j tu me m te t se s lui
leur leurs son sa ses mon ma mes ton ta tes notre nos votre vos y ne n pas plus moins très trop
aussi encore même déjà toujours jamais tout toute tous toutes autre autres chaque plusieurs
certains certaines quelques est sont était étaient sera seront être été étant a ont avait
avaient aura avoir eu ayant fait font peut peuvent doit doivent va vont ainsi alors puis ensuite
enfin non oui là ici bien peu beaucoup tant tel telle tels telles presque environ près lorsque
lorsqu puisque quelque
"""

FRENCH = Lexicon(
    language=Language.FRENCH,
    name={Language.ENGLISH: "French", Language.FRENCH: "le français", Language.ARABIC: "الفرنسية"},
    pace=Pace(letter_s=0.0645, digit_s=0.364, comma_s=0.38, sentence_s=0.51),
    stops=word_set(_STOPS),
    tails=word_set(
        """
        coûte coûtent vaut valent pèse mesure atteint dure durent fait rend rendent donne
        donnent prend prennent met mettent permet permettent devient deviennent appelle
        appellent demande demandent contient utilise utilisent représente produisent produit
        précise porte doivent faut reste restent compte comptent transforment transforme libère
        fabriquent souvent seulement abrite
        """
    ),
    weak=word_set(
        """
        il ils elle elles ce c cela ceci ça cet cette ces celui celle ceux celles ses leur leurs
        son sa lui y en mais et or car ainsi donc puis ensuite ni aussi tous toutes dont où
        autrement
        """
    ),
    firm=(
        "il faut",
        "il existe",
        "il y a",
        "il est possible",
        "il suffit",
        "il est important",
        "en ",
        "c’est en",
        "c'est en",
    ),
    connectives=(
        "cependant",
        "toutefois",
        "néanmoins",
        "en effet",
        "de plus",
        "par ailleurs",
        "en outre",
        "par conséquent",
        "en conséquence",
        "ainsi",
        "par exemple",
        "en fait",
        "d’ailleurs",
        "d'ailleurs",
        "en revanche",
        "au contraire",
        "pourtant",
        "enfin",
        "finalement",
        "bien sûr",
        "de même",
        "en somme",
        "en résumé",
        "en conclusion",
        "pour conclure",
        "autrement dit",
        "en particulier",
        "notamment",
        "dès lors",
        "du reste",
        "certes",
        "malheureusement",
        "heureusement",
        "or",
        "en bref",
        "c’est pourquoi",
    ),
    joints=word_set(
        """
        dans en à au aux sur sous par pour avec sans chez vers entre parmi pendant durant avant
        après depuis contre selon dès comme jusqu’à jusqu’au jusqu'à
        """
    ),
    subordinators=word_set(
        """
        qui que qu dont où car parce alors tandis lorsque lorsqu quand si mais puisque afin
        """
    ),
    breaks=("et", "mais", "car", "donc", "or"),
    contrasts=("alors que", "tandis que", "comparé à", "contre", "versus", "vs"),
    cues=(
        "important",
        "clé",
        "principal",
        "résultat",
        "parce que",
        "premier",
        "première",
        "plus grand",
        "découvert",
        "découverte",
        "changé",
        "inventé",
        "jamais",
        "seul",
        "secret",
        "surprenant",
        "essentiel",
        "pourquoi",
        "signifie",
        "montre",
        "prouve",
        "record",
        "meilleur",
        "conclusion",
    ),
    noise=(
        "cliquez",
        "abonnez-vous",
        "newsletter",
        "cookies",
        "inscrivez-vous",
        "lire la suite",
        "voir la figure",
        "suivez-nous",
        "partagez",
        "tous droits réservés",
        "voir aussi",
        "publicité",
    ),
    abbreviations=word_set(
        """
        m mm mme mmes mlle dr pr me st ste etc cf p pp ex fig vol n no nos env av apr j.-c j.c
        art chap éd ed t tél max min hab janv févr avr juil sept oct nov déc vs
        """
    ),
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    units=(
        "pour cent",
        "kilomètres",
        "kilomètre",
        "mètres",
        "mètre",
        "centimètres",
        "millimètres",
        "hectares",
        "litres",
        "litre",
        "tonnes",
        "kilogrammes",
        "kilos",
        "grammes",
        "euros",
        "dollars",
        "francs",
        "centimes",
        "secondes",
        "minutes",
        "heures",
        "heure",
        "jours",
        "semaines",
        "mois",
        "ans",
        "années",
        "siècles",
        "degrés",
        "watts",
        "volts",
        "habitants",
        "personnes",
        "fois",
        "points",
        "kilowattheures",
        "mètres cubes",
        "mètres carrés",
        "kilomètres carrés",
    ),
    scales=("mille", "million", "millions", "milliard", "milliards"),
    appendices=(
        "références",
        "sources",
        "voir aussi",
        "notes",
        "bibliographie",
        "liens externes",
        "pour aller plus loin",
        "crédits",
        "pour en savoir plus",
    ),
    request_openers=(
        "fais",
        "faites",
        "crée",
        "créez",
        "créer",
        "réalise",
        "réalisez",
        "produis",
        "produisez",
        "écris",
        "écrivez",
        "génère",
        "générez",
        "je veux",
        "je voudrais",
        "moi",
        "une courte",
        "un court",
        "une",
        "un",
        "la",
        "le",
        "vidéo",
        "film",
        "clip",
        "script",
        "documentaire",
        "sur",
        "à propos de",
        "qui explique",
        "expliquant",
        "s’il te plaît",
    ),
    labels={
        "scene": ("scène", "scene", "plan", "séquence", "sequence"),
        "narration": ("narration", "narrateur", "voix off", "voix-off", "vo", "texte"),
        "visual": ("visuel", "visuels", "image", "vidéo", "à l’écran", "à l'écran"),
        "music": ("musique", "ambiance"),
        "title": ("titre",),
        "duration": ("durée", "temps"),
    },
    last_joiner=" et ",
    comma=", ",
    full_stop=".",
    quote_marks=("« ", " »"),
    speaker="Pour citer {name} : {quote}",
    continued="Et aussi : {items}",
    invitation="Regardons cela de plus près.",
    thanks="Merci de votre attention.",
    notice_line=(
        "Le texte donné est très court : voici donc un bref film-titre fait de vos seuls mots, car "
        "le rédacteur intégré n’ajoute aucun fait. Un modèle de langage écrit de vrais scripts : "
        "demandez-lui un script en JSON selon docs/script-format.md et donnez-le avec -f, ou "
        "donnez un texte plus long."
    ),
    notice_short=(
        "Le texte suffit pour environ {made} secondes : le film est plus court que les {asked} "
        "secondes demandées."
    ),
    notice_long="Le script tel quel dure environ {made} secondes ; {asked} étaient demandées.",
    notice_language=(
        "Le texte semble être dans une autre langue ({found}) que celle du film ({asked}) : la "
        "voix sonnera faux. Choisissez la langue du texte, ou donnez une traduction."
    ),
)
