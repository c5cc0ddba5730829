"""Icon concepts and the English, French and Arabic words that call for them.

A ``*`` marks a prefix; other words match as they stand and by their rough stem. Arabic is written
without the article. One word names one concept; the first that claims it wins.
"""

from typing import Final

CONCEPTS: Final[dict[str, str]] = {
    "energy": (
        "energy power electric* watt kilowatt* megawatt* fuel battery batteries énerg* électri* "
        "carburant batterie* طاقة كهرب* وقود بطاري*"
    ),
    "sun": ("sun sunlight sunshine solar sunrise sunset daylight soleil* solaire* شمس* شمسي*"),
    "water": (
        "water waters aquifer* irrigat* canal canals drink* eau eaux irrigu* robinet* ماء مياه "
        "ماؤ* ري فلج أفلاج سقي يسقي بئر آبار عين عيون قناة قنوات"
    ),
    "wind": "wind winds windy breeze turbine* vent vents éolien* brise رياح ريح",
    "city": (
        "city cities urban town towns street* metro subway ville* urbain* rue rues métro مدينة "
        "مدن قرية قرى شارع شوارع"
    ),
    "home": (
        "home homes house* household* apartment* kitchen* roof maison* foyer* logement* cuisine* "
        "toit بيت بيوت منزل منازل مطبخ"
    ),
    "health": (
        "health* medic* doctor* hospital* disease* vaccine* patient* virus* sleep sommeil santé "
        "médec* médic* hôpita* maladie* vaccin* صحة صحي* طب طبيب* مرض أمراض مستشفى* لقاح* نوم"
    ),
    "heart": "heart hearts love cardiac cœur* coeur* amour* cardiaque* قلب قلوب حب",
    "money": (
        "money cost costs price* dollar* euro* bank* pay paid salary economy economic* invest* "
        "argent prix coût* banque* salaire* économi* monnaie مال أموال سعر أسعار تكلفة بنك دولار "
        "اقتصاد* عملة"
    ),
    "growth": (
        "grow* growth increase* rise rises rising expand* croissan* augment* hausse* progress* "
        "نمو ينمو زيادة ازداد* ارتفاع تزدهر ازدهار"
    ),
    "chart": (
        "percent percentage statistic* data survey* average proportion* pourcent* statisti* "
        "données moyenne* نسبة إحصا* بيانات متوسط"
    ),
    "time": (
        "time times century centuries millenni* ancient history past decade* temps siècle* "
        "millénaire* ancien* histoire زمن وقت قرن قرون تاريخ* قديم* تراث"
    ),
    "clock": (
        "clock* hour hours minute* seconds watch watches heure* horloge* montre montres ساعة "
        "ساعات دقيقة دقائق ثانية ثوان"
    ),
    "calendar": (
        "calendar* year years month months day days week* date january february april june july "
        "august september october november december année* mois jour jours semaine* calendrier* "
        "سنة سنوات عام أعوام شهر أشهر يوم أيام تقويم ميلاد"
    ),
    "people": (
        "people person* human* population* community communities citizen* crowd* inhabitant* "
        "society gens personne* humain* habitant* population* citoyen* société* peuple* ناس إنسان "
        "سكان شعب شعوب مجتمع* أجداد جميع بشر"
    ),
    "team": (
        "team* colleague* worker* employee* together cooperat* partner* équipe* collègue* "
        "employé* ensemble coopér* فريق فرق عمال موظف* تعاون"
    ),
    "school": (
        "school* student* teacher* educat* universit* learn* class classes école* élève* "
        "étudiant* professeur* éducat* apprend* apprentissage مدرسة مدارس طالب طلاب معلم* تعليم "
        "جامعة جامعات"
    ),
    "idea": (
        "idea ideas invent* light lights lamp lamps lens lenses beam beams bulb* prism* discover* "
        "insight* imagin* lighthouse* idée* invent* lumière* lampe* lentille* phare* découv* فكرة "
        "أفكار اختراع* ضوء نور مصباح عدسة منارة اكتش*"
    ),
    "book": (
        "book* read reading reader* write* writer* author* poem* poet* novel* librar* livre* lire "
        "lecture* écri* auteur* poème* poète* roman* bibliothèque* كتاب كتب قراءة كاتب شعر شاعر "
        "رواية مكتبة"
    ),
    "science": (
        "scien* physic* physicist* chemi* biolog* atom* molecul* astronom* research* bacteri* "
        "microb* ferment* levain* levure* yeast* savant* chimi* biolog* bactéri* recherche* علم "
        "علوم علماء كيمياء فيزياء أحياء بحث* بكتيريا هندسة"
    ),
    "lab": (
        "lab laborator* experiment* test tests microscope* laboratoire* expérience* مختبر* تجربة "
        "تجارب"
    ),
    "computer": (
        "computer* software digital algorithm* program* laptop* ordinateur* logiciel* numérique* "
        "algorithme* informatique حاسوب* كمبيوتر برنامج برامج رقمي* خوارزمي*"
    ),
    "phone": "phone* smartphone* call calls mobile* téléphone* portable* هاتف هواتف اتصال*",
    "network": (
        "network* internet web online connect* satellite* réseau* internet connexion* شبكة شبكات "
        "إنترنت قمر أقمار"
    ),
    "security": (
        "security secure* safe safer safety protect* danger* risk* sécurit* sûr protég* protect* "
        "risque* أمن أمان حماية خطر مخاطر"
    ),
    "shield": "shield* defen* guard* bouclier* défen* درع دفاع حارس",
    "lock": (
        "lock locks locked password* encrypt* key keys serrure* verrou* mot-de-passe clé clés قفل "
        "مفتاح تشفير"
    ),
    "earth": (
        "earth planet* world global* globe continent* terre monde mondial* planète* أرض كوكب عالم "
        "عالمي*"
    ),
    "forest": "forest* jungle* woodland* forêt* bois غابة غابات",
    "tree": "tree trees oak* palm palms wood wooden arbre* palmier* chêne* شجر* نخلة نخيل",
    "plant": (
        "plant plants leaf leaves flower* seed seeds garden* plante* feuille* fleur* graine* "
        "jardin* نبات* زهرة زهور بذور حديقة حدائق"
    ),
    "food": (
        "food* eat eating bread* cook* meal* dish coffee tea sugar salt pain pains pâte* manger "
        "boulang* recette* repas café thé sucre sel croûte* طعام غذاء خبز طبخ وجبة قهوة شاي سكر "
        "ملح تمر تمور"
    ),
    "agriculture": (
        "agricultur* farm* crop* harvest* wheat field fields agricole* ferme* récolte* blé "
        "farine* céréale* champ champs زراع* مزارع* محصول محاصيل حقل حقول قمح بستان بساتين واحة "
        "واحات"
    ),
    "car": (
        "car cars vehicle* drive* driver* road* traffic voiture* véhicule* route* circulation "
        "سيارة سيارات طريق طرق مرور"
    ),
    "train": (
        "train trains rail* railway* station stations locomotive* chemin-de-fer gare gares قطار "
        "قطارات سكة محطة"
    ),
    "plane": (
        "plane* aircraft* airport* flight* fly flying pilot* avion* aéroport* vol vols طائرة "
        "طائرات مطار طيران"
    ),
    "ship": (
        "ship ships boat* sail* sailor* captain* harbour* harbor* port ports vessel* fleet "
        "seafar* navire* bateau* marin marins voilier* سفينة سفن قارب بحار بحارة ميناء"
    ),
    "factory": (
        "factor* industr* manufactur* machine* usine* industri* fabri* مصنع مصانع صناع* آلة آلات"
    ),
    "tool": (
        "tool* hammer* craft* repair* build* built construct* outil* artisan* réparer constru* "
        "أداة أدوات صيانة بناء حرفة"
    ),
    "gear": (
        "gear* engine* mechan* motor* engineer* technolog* moteur* mécan* ingénieur* technolog* "
        "engrenage* محرك* تقني* مهندس* ميكانيك* مضخ*"
    ),
    "law": (
        "law laws legal court* judge* rule rules decree* right rights justice loi lois droit "
        "droits décret* tribunal justice juge قانون قوانين عدل عدالة محكمة حق حقوق مرسوم"
    ),
    "vote": (
        "vote* elect election* democra* ballot* parliament* élect* voter démocrat* انتخاب* تصويت "
        "ديمقراط* برلمان"
    ),
    "art": (
        "art arts artist* paint* museum* beaut* sculpt* artiste* peint* musée* فن فنون فنان* لوحة "
        "متحف جمال"
    ),
    "music": (
        "music* song songs sing sings singing singer* melody instrument* musique* chanson* chant* "
        "musicien* موسيق* أغنية أغاني لحن"
    ),
    "camera": (
        "camera* photo* picture* image* lentille-photo caméra* photographi* كاميرا صورة صور تصوير"
    ),
    "film": "film films movie* cinema* video* cinéma* vidéo* فيلم أفلام سينما فيديو",
    "sport": ("sport* football* athlet* olympic* race races run running sportif* رياض* كرة سباق"),
    "medal": (
        "medal* prize* award* win winner* champion* record* wonder* médaille* prix-nobel "
        "champion* merveille* جائزة ميدالية بطل فوز"
    ),
    "mountain": (
        "mountain* peak* hill* summit* alps everest rock rocks montagne* sommet* colline* جبل "
        "جبال قمة"
    ),
    "sea": (
        "sea seas ocean* coast* wave waves shore* horizon marine mer mers océan* côte côtes "
        "vague* بحر بحار محيط ساحل سواحل"
    ),
    "rain": (
        "rain* storm* flood* cloud* drought* pluie* orage* inondation* nuage* sécheresse* مطر "
        "أمطار عاصفة فيضان غيوم جفاف"
    ),
    "snow": (
        "snow* ice icy glacier* cold winter* neige* glace* froid hiver* ثلج ثلوج جليد برد شتاء"
    ),
    "fire": (
        "fire fires flame* burn* heat hot oven* volcano* feu feux flamme* brûl* chaleur chaud "
        "four fours volcan* نار نيران حريق لهب حرارة فرن بركان"
    ),
    "animal": (
        "animal* dog dogs cat cats horse* camel* mammal* wildlife chien* chat chats cheval "
        "chevaux chameau* حيوان* كلب قط حصان جمل إبل"
    ),
    "bird": "bird* eagle* feather* oiseau* aigle* طائر طيور نسر حمامة",
    "fish": "fish* shark* whale* poisson* requin* baleine* سمك أسماك حوت",
    "child": (
        "child* kid kids baby babies parent* family families enfant* bébé* famille* طفل أطفال "
        "أسرة عائلة"
    ),
    "star": (
        "star stars night* moon space galaxy galaxies telescope* étoile* nuit* lune espace "
        "galaxie* نجم نجوم ليل فضاء مجرة"
    ),
    "flag": (
        "flag* nation* country countries state states government* drapeau* pays national* "
        "gouvern* علم-وطني دولة دول بلد بلدان وطن* حكومة سلطنة"
    ),
    "map": (
        "map maps explor* travel* journey* region* carte cartes voyage* explor* région* خريطة "
        "خرائط رحلة سفر منطقة مناطق"
    ),
    "location": (
        "location* place places tower* site sites estuary building* monument* lieu* endroit* tour "
        "estuaire bâtiment* موقع مواقع مكان برج"
    ),
    "question": ("question* why how mystery pourquoi comment mystère* سؤال أسئلة لماذا كيف لغز"),
    "check": (
        "correct success* solution* solve* best proof réussi* solution* réussite نجاح حل حلول"
    ),
    "warning": (
        "warning* threat* lose loses lost loss waste wastes pollut* crisis menace* perte* pollu* "
        "crise* gaspill* تحذير تهديد خسارة تلوث أزمة تواجه إفراط"
    ),
    "arrow": (
        "forward direction* move* motion flow* gravity avance* mouvement* gravité اتجاه حركة "
        "جاذبية تجري"
    ),
    "list": (
        "list lists type types kind kinds part parts liste* sorte* ingrédient* étape* قائمة أنواع "
        "أقسام"
    ),
    "quote": "quote* saying proverb* citation* proverbe* مقولة حكمة قول قرآن",
}
