"""English word lists of the embedded writer."""

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, Pace, word_set

_STOPS = """
a an the and or but nor so yet if of in on at to for from by with without within into onto over
under between among through during before after above below up down out off about around against
along across behind beyond near since until till upon than as like per via is are was were be
been being am do does did done has have had having can could will would shall should may might
must not no it its they them their theirs he him his she her hers we us our ours you your yours
i me my mine who whom whose which that this these those there here what when where why how all
any both each few more most much many other some such only own same too very just also even
still then now again once ever never always often almost nearly already another every either
neither one ones itself themselves himself herself let s t re ve ll
"""

ENGLISH = Lexicon(
    language=Language.ENGLISH,
    name={Language.ENGLISH: "English", Language.FRENCH: "l’anglais", Language.ARABIC: "الإنجليزية"},
    pace=Pace(letter_s=0.071, digit_s=0.335, comma_s=0.43, sentence_s=0.46),
    stops=word_set(_STOPS),
    tails=word_set(
        """
        cost costs weigh weighs measure measures reach reaches last lasts make makes made making
        become becomes became keep keeps kept give gives gave take takes took get gets got let
        lets put puts said says say need needs needed want wants called named using use uses
        used began begin begins started start including include includes seem seems seemed cause
        causes caused help helps helped allow allows allowed contain contains contained able
        going likely try tries tried continue continues continued decide decides decided learn
        learned hope hoped plan planned refuse refused manage managed due according thanks close
        next up led lead leads add adds added refer belong belongs sent sends went go goes come
        comes came return returned turn turned contribute listen hold roughly approximately
        exactly simply really usually largely mainly holds held remain remains remained know
        knows knew means mean
        """
    ),
    weak=word_set(
        """
        it its they them their he his she her this these those that such both neither another
        then but and so or because which who whose together also instead nor even others either
        """
    ),
    firm=("it is possible", "it is important", "it takes", "it is time", "both of"),
    connectives=(
        "however",
        "moreover",
        "furthermore",
        "in addition",
        "additionally",
        "therefore",
        "thus",
        "hence",
        "consequently",
        "as a result",
        "for example",
        "for instance",
        "in fact",
        "indeed",
        "of course",
        "meanwhile",
        "nevertheless",
        "nonetheless",
        "similarly",
        "likewise",
        "besides",
        "in other words",
        "that said",
        "on the other hand",
        "on the contrary",
        "in contrast",
        "by contrast",
        "to sum up",
        "in short",
        "in conclusion",
        "to conclude",
        "overall",
        "yet",
        "finally",
        "unfortunately",
        "fortunately",
        "interestingly",
        "surprisingly",
        "in particular",
        "specifically",
        "accordingly",
        "still",
        "also",
        "for this reason",
        "in summary",
    ),
    joints=word_set(
        """
        in at near during since by from with without for across through after before around
        among between over under into onto along against within beyond until behind above below
        via to
        """
    ),
    subordinators=word_set(
        """
        which who whose because while whereas although though when where if unless until so but
        yet since
        """
    ),
    breaks=("and", "but", "so", "yet"),
    contrasts=("whereas", "while", "compared with", "compared to", "versus", "vs.", "vs"),
    cues=(
        "important",
        "key",
        "main",
        "result",
        "because",
        "first",
        "largest",
        "biggest",
        "most",
        "discover",
        "changed",
        "invented",
        "never",
        "only",
        "secret",
        "surprising",
        "essential",
        "crucial",
        "why",
        "means",
        "shows",
        "proves",
        "record",
        "best",
        "greatest",
        "conclusion",
    ),
    noise=(
        "click",
        "subscribe",
        "newsletter",
        "cookie",
        "sign up",
        "read more",
        "see figure",
        "follow us",
        "share this",
        "all rights reserved",
        "copyright",
        "see also",
        "advertisement",
    ),
    abbreviations=word_set(
        """
        mr mrs ms dr prof st sr jr vs etc e.g i.e eg ie no nos vol fig figs inc ltd co corp dept
        approx est gen col sgt capt lt rev hon u.s u.k u.n a.m p.m ca c cf al p pp ed eds jan
        feb mar apr jun jul aug sep sept oct nov dec mt ft
        """
    ),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    units=(
        "per cent",
        "percent",
        "percentage points",
        "kilometres",
        "kilometers",
        "kilometre",
        "kilometer",
        "metres",
        "meters",
        "metre",
        "meter",
        "centimetres",
        "centimeters",
        "millimetres",
        "millimeters",
        "miles",
        "mile",
        "feet",
        "foot",
        "inches",
        "acres",
        "hectares",
        "litres",
        "liters",
        "gallons",
        "tonnes",
        "tons",
        "kilograms",
        "kilos",
        "grams",
        "pounds",
        "dollars",
        "euros",
        "cents",
        "seconds",
        "minutes",
        "hours",
        "hour",
        "days",
        "weeks",
        "months",
        "years",
        "year",
        "decades",
        "centuries",
        "degrees",
        "watts",
        "volts",
        "kilowatts",
        "megawatts",
        "gigawatts",
        "people",
        "times",
        "light-years",
        "square kilometres",
        "square meters",
        "square metres",
        "square miles",
        "cubic metres",
        "calories",
        "points",
    ),
    scales=("hundred", "thousand", "million", "billion", "trillion"),
    appendices=(
        "references",
        "sources",
        "further reading",
        "see also",
        "notes",
        "bibliography",
        "external links",
        "credits",
        "footnotes",
        "about the author",
    ),
    request_openers=(
        "please",
        "make",
        "create",
        "produce",
        "write",
        "generate",
        "i want",
        "i need",
        "i would like",
        "a short",
        "an",
        "a",
        "the",
        "short",
        "video",
        "film",
        "clip",
        "script",
        "explainer",
        "documentary",
        "about",
        "on",
        "explaining",
    ),
    labels={
        "scene": ("scene", "shot", "slide"),
        "narration": (
            "narration",
            "narrator",
            "voice over",
            "voice-over",
            "voiceover",
            "vo",
            "text",
        ),
        "visual": ("visual", "visuals", "image", "picture", "video", "visual prompt", "on screen"),
        "music": ("music", "mood", "music mood"),
        "title": ("title",),
        "duration": ("duration", "length", "time"),
    },
    last_joiner=" and ",
    comma=", ",
    full_stop=".",
    quote_marks=("“", "”"),
    speaker="In the words of {name}: {quote}",
    continued="Also: {items}",
    invitation="Let us take a closer look.",
    thanks="Thank you for watching.",
    notice_line=(
        "The brief is very short, so this is a short title film made of your words alone; the "
        "embedded writer adds no facts. A language model writes real scripts: ask one for "
        "a script as JSON in the form of docs/script-format.md and give it with -f, or give a "
        "longer text."
    ),
    notice_short=(
        "The text is enough for about {made} seconds, so the film is shorter than the {asked} "
        "seconds asked for."
    ),
    notice_long="The script as written lasts about {made} seconds; {asked} seconds were asked for.",
    notice_language=(
        "The text seems to be in {found}, but the film's language is {asked}: the voice will sound "
        "wrong. Choose the text's language, or give a translated text."
    ),
)
