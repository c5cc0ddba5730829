"""Words that choose an icon, in the three languages films are made in."""

import re
import unicodedata
from functools import cache

from video_platform.providers.vendors.embedded_painter.icons.nature import NATURE
from video_platform.providers.vendors.embedded_painter.icons.society import SOCIETY
from video_platform.providers.vendors.embedded_painter.icons.technology import TECHNOLOGY

ICONS: dict[str, str] = {**NATURE, **SOCIETY, **TECHNOLOGY}
"""Every icon by name."""

FALLBACK = "abstract"
"""The motif for words nothing is known about."""

# Latin entries of five letters or more also match longer words that begin with them.
_SYNONYMS: dict[str, str] = {
    "sun": "solar sunlight sunny summer soleil solaire été شمس الشمس شمسية الشمسية صيف ألواح",
    "moon": "night sleep space nuit lune sommeil espace قمر ليل نوم فضاء",
    "water": "drop liquid drink rainwater eau goutte boire potable ماء الماء مياه المياه",
    "wind": "air storm breeze vent tempête ouragan رياح الرياح ريح هواء الهواء",
    "turbine": "éolienne éolien توربين توربينات",
    "earth": (
        "world planet global globe international continent terre monde planète mondial "
        "أرض الأرض عالم العالم كوكب"
    ),
    "forest": "woods jungle forêt bois غابة غابات الغابات",
    "tree": "trees wood oak arbre arbres شجرة أشجار الأشجار شجر",
    "plant": (
        "plants leaf green ecology ecological nature sustainable sprout seed biodiversity "
        "plante plantes feuille vert écologie durable graine نبات نباتات أخضر بيئة البيئة "
        "استدامة"
    ),
    "agriculture": (
        "farm farmer farming wheat crop harvest agricole ferme agriculteur blé récolte "
        "culture زراعة الزراعة مزارع قمح حصاد"
    ),
    "mountain": (
        "mountains hill peak summit alps montagne montagnes sommet colline جبل جبال الجبال قمة"
    ),
    "sea": (
        "ocean wave waves beach coast marine mer océan vague plage côte بحر البحر محيط المحيط شاطئ"
    ),
    "cloud": (
        "clouds weather climate atmosphere carbon co2 nuage météo climat carbone سحابة "
        "طقس مناخ المناخ كربون"
    ),
    "rain": "flood monsoon rainfall pluie inondation مطر أمطار الأمطار فيضان",
    "snow": "ice winter cold frozen frost glacier neige glace hiver froid ثلج جليد شتاء برد",
    "fire": "flame burn wildfire heat feu flamme incendie chaleur نار حريق حرائق لهب حرارة",
    "animal": (
        "animals dog cat pet wildlife species mammal animaux chien chat espèce faune "
        "حيوان حيوانات كلب قط"
    ),
    "bird": "birds dove peace freedom oiseau oiseaux paix liberté طائر طيور سلام حرية",
    "fish": "fishing fishes seafood poisson poissons pêche سمك أسماك صيد",
    "food": (
        "meal eat eating cook cooking kitchen restaurant nutrition hunger diet bread "
        "repas manger cuisine alimentation nourriture faim pain طعام الطعام غذاء أكل مطبخ "
        "جوع"
    ),
    "city": (
        "cities urban town building buildings street ville villes urbain immeuble rue "
        "مدينة المدينة مدن المدن شارع مباني"
    ),
    "home": (
        "house housing family household rent maison logement famille foyer loyer منزل بيت "
        "أسرة عائلة سكن roof roofs toit toits سطح أسطح"
    ),
    "heart": "love care kindness emotion coeur cœur amour soin قلب القلب حب رعاية",
    "health": (
        "medical medicine doctor hospital clinic nurse disease patient santé médecin "
        "hôpital maladie صحة الصحة طبيب مستشفى مرض طب"
    ),
    "money": (
        "coin cash dollar euro price cost budget bank finance economy economic tax pay "
        "salary income savings argent prix coût banque économie impôt salaire revenu "
        "épargne مال المال نقود سعر تكلفة بنك اقتصاد الاقتصاد ضريبة راتب"
    ),
    "growth": (
        "grow increase rise progress improvement profit success croissance hausse "
        "augmentation progrès succès نمو النمو زيادة ارتفاع تقدم نجاح"
    ),
    "chart": (
        "data statistics statistic percent share graph analysis survey données "
        "statistiques analyse enquête part بيانات البيانات إحصاء تحليل نسبة percentage "
        "proportion taux"
    ),
    "people": (
        "person human man woman user customer citizen population personne humain homme "
        "femme client citoyen gens شخص إنسان ناس الناس سكان السكان مواطن"
    ),
    "team": (
        "group community together workers staff meeting collaboration équipe groupe "
        "communauté ensemble réunion فريق مجموعة مجتمع المجتمع معا عمال"
    ),
    "child": (
        "children kid kids baby youth young enfant enfants bébé jeune jeunesse طفل أطفال "
        "الأطفال شباب"
    ),
    "school": (
        "education student students university college teacher training école éducation "
        "étudiant élève université professeur formation مدرسة المدرسة تعليم التعليم جامعة "
        "طالب طلاب معلم"
    ),
    "book": (
        "books reading library story history literature livre livres lecture lire "
        "bibliothèque histoire كتاب كتب قراءة مكتبة قصة تاريخ"
    ),
    "law": (
        "justice court judge rights legal regulation loi lois droit droits tribunal juge "
        "قانون القانون عدالة محكمة حقوق"
    ),
    "vote": (
        "election democracy ballot government politics parliament élection démocratie "
        "gouvernement politique انتخابات تصويت ديمقراطية حكومة سياسة"
    ),
    "art": (
        "paint painting design creative creativity artist peinture artiste créatif فن "
        "فنون رسم تصميم إبداع"
    ),
    "music": "song sound concert musique chanson son موسيقى أغنية صوت",
    "camera": "photo photography picture image photographie صورة كاميرا تصوير",
    "film": "movie cinema video animation television vidéo cinéma فيلم سينما فيديو",
    "sport": (
        "sports game football basketball exercise fitness play jeu exercice رياضة الرياضة كرة لعبة"
    ),
    "medal": (
        "award prize winner win champion quality médaille prix gagnant victoire جائزة فوز "
        "بطل ميدالية"
    ),
    "star": "favorite best excellent rating étoile meilleur نجمة نجم أفضل",
    "flag": "country nation milestone drapeau pays nation étape علم دولة بلد وطن",
    "map": (
        "route journey travel trip region territory carte trajet voyage région خريطة رحلة سفر منطقة"
    ),
    "location": "place address local nearby gps lieu adresse endroit موقع مكان عنوان",
    "gift": "present donation charity cadeau don هدية تبرع",
    "cart": (
        "shop shopping store buy market commerce consumer achat magasin acheter marché "
        "تسوق متجر شراء سوق السوق"
    ),
    "energy": (
        "electricity electric power lightning voltage électricité énergie électrique "
        "puissance طاقة الطاقة كهرباء الكهرباء"
    ),
    "battery": "batteries storage charge accumulateur stockage بطارية بطاريات تخزين",
    "idea": (
        "ideas light lamp bulb innovation invention solution tip advice idée lumière "
        "ampoule conseil فكرة أفكار ضوء مصباح ابتكار حل"
    ),
    "science": (
        "physics atom atomic nuclear quantum research scientist physique atome nucléaire "
        "recherche علم علوم العلوم فيزياء ذرة بحث"
    ),
    "lab": (
        "laboratory chemistry experiment test vaccine laboratoire chimie expérience "
        "vaccin مختبر كيمياء تجربة لقاح"
    ),
    "computer": (
        "software code program laptop digital technology internet web website ordinateur "
        "logiciel numérique technologie حاسوب برنامج تقنية رقمي إنترنت"
    ),
    "phone": "mobile smartphone app call téléphone portable application هاتف جوال تطبيق",
    "chip": (
        "processor ai artificial intelligence robot semiconductor algorithm puce "
        "processeur intelligence ia شريحة ذكاء روبوت"
    ),
    "network": (
        "connection connected social link system réseau connexion lien système شبكة "
        "الشبكة اتصال نظام"
    ),
    "shield": (
        "security secure protect protection safe safety defense insurance sécurité "
        "protéger sûr assurance أمن الأمن أمان حماية"
    ),
    "lock": "privacy password private closed secret cadenas mot-de-passe privé قفل خصوصية",
    "key": "access answer unlock clé clef accès مفتاح",
    "eye": "vision see view watch look observe oeil œil voir regard عين رؤية نظر",
    "rocket": (
        "launch startup fast speed boost fusée lancement rapide vitesse صاروخ إطلاق سرعة سريع"
    ),
    "car": (
        "cars vehicle drive driving road traffic automobile voiture véhicule route "
        "conduire سيارة سيارات طريق قيادة"
    ),
    "train": (
        "rail railway metro subway tram transport gare métro قطار مترو نقل bus buses "
        "tramway autobus حافلة حافلات"
    ),
    "plane": "airplane flight airport fly aviation avion vol aéroport طائرة طيران مطار",
    "ship": "boat port shipping trade export bateau navire commerce سفينة قارب ميناء تجارة",
    "factory": (
        "industry industrial manufacturing production pollution usine industrie مصنع "
        "صناعة الصناعة إنتاج تلوث"
    ),
    "tool": (
        "tools repair fix build maintenance wrench craft work job outil outils réparer "
        "travail emploi أداة أدوات إصلاح عمل"
    ),
    "gear": (
        "settings machine mechanism process engine automatic automation motor engrenage "
        "machine moteur processus آلة محرك عملية"
    ),
    "clock": "hour hours minute minutes watch schedule horloge heure heures ساعة دقيقة ساعات",
    "time": (
        "wait duration past future deadline hourglass patience age temps durée attente "
        "avenir passé وقت الوقت زمن مدة مستقبل"
    ),
    "calendar": (
        "date day days week month year years planning event calendrier jour semaine mois "
        "année ans agenda تاريخ يوم أسبوع شهر سنة سنوات عام"
    ),
    "target": (
        "goal goals aim objective focus strategy mission cible objectif but stratégie هدف "
        "أهداف استراتيجية"
    ),
    "document": (
        "file paper report contract article page news papier rapport contrat fichier "
        "وثيقة ملف تقرير عقد"
    ),
    "pill": "drug medication treatment cure médicament traitement دواء علاج",
    "temperature": (
        "thermometer degree degrees warming fever hot température degré réchauffement "
        "fièvre درجة احترار حمى"
    ),
    "microphone": (
        "podcast speech voice interview radio micro parole voix entretien ميكروفون خطاب بودكاست"
    ),
    "question": "why how what ask faq help unknown pourquoi comment quoi aide سؤال لماذا كيف ماذا",
    "check": "yes done ok valid confirm complete approved correct oui fait valide صحيح نعم تم",
    "warning": (
        "danger risk alert error caution problem crisis attention risque alerte erreur "
        "problème crise خطر تحذير مشكلة أزمة"
    ),
    "arrow": (
        "next forward direction change transition suite suivant changement التالي تغيير اتجاه"
    ),
    "list": "steps summary checklist items points résumé étapes liste قائمة خطوات ملخص",
    "quote": (
        "say said talk discussion conversation message comment dit citation dialogue "
        "اقتباس قال حوار رسالة"
    ),
}
_WORD = re.compile(r"[\w-]+")


@cache
def _index() -> dict[str, str]:
    words = {name: name for name in ICONS}
    words["security"] = "shield"
    for name, synonyms in _SYNONYMS.items():
        for word in synonyms.split():
            words.setdefault(_plain(word), name)
    return words


def _plain(word: str) -> str:
    """Lower case, without accents: ``Énergie`` is found as ``energie``."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


def find_icon(keyword: str) -> str:
    """Name of the icon for a keyword, or nothing."""
    index = _index()
    for word in _WORD.findall(_plain(keyword)):
        forms = (word, word.rstrip("s"), word.removesuffix("es"), word.removesuffix("ing"))
        for form in forms:
            if form in index:
                return index[form]
        if word.startswith(("ال", "وال", "بال", "لل")):
            stem = word.removeprefix("و").removeprefix("ب").removeprefix("ال").removeprefix("لل")
            if stem in index:
                return index[stem]
    return ""


def find_icons(keywords: tuple[str, ...]) -> list[str]:
    """Icons for keywords, most telling first, each once."""
    found: list[str] = []
    for keyword in keywords:
        icon = find_icon(keyword)
        if icon and icon not in found:
            found.append(icon)
    return found
