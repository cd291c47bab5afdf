"""What made-up leads are made of. Nobody and nothing here exists: people carry flowers' names."""

from typing import Final, NamedTuple

Parts = tuple[str, ...]


class Script(NamedTuple):
    """Names in their own script: a company's two parts, a person's family and given name, and
    what stands between the ones and the others."""

    company: tuple[Parts, Parts]
    family: Parts
    given: Parts
    gaps: tuple[str, str] = (" ", " ")


LATIN: Final = Script(((), ()), (), ())
JAPANESE: Final = Script(
    (("雲町", "月ヶ丘", "星野", "霧島", "風見", "白波", "虹橋", "夢見"),
     ("工業", "製作所", "電子", "化学", "精機", "薬品", "食品", "海運")),
    ("桔梗", "牡丹", "椿", "水仙", "蓮", "藤", "菖蒲"),
    ("花子", "太郎", "春香", "健", "美咲", "翔"), ("", " "),
)  # fmt: skip
KOREAN: Final = Script(
    (("별마을", "구름", "달빛", "무지개", "꿈나무", "바람"),
     ("산업", "전자", "화학", "정밀", "제약", "식품", "해운")),
    ("진달래", "무궁화", "동백", "국화"), ("민준", "서연", "지우", "하은", "도윤"),
    ("", " "),
)  # fmt: skip
CHINESE: Final = Script(
    (("云城", "月湖", "星河", "梦山", "虹桥", "雾海", "风原"),
     ("科技", "光电", "化工", "制药", "食品", "能源", "机械")),
    ("牡丹", "荷花", "梅花", "兰花", "菊花"), ("伟", "芳", "娜", "敏", "静", "强"), ("", ""),
)  # fmt: skip
HINDI: Final = Script(
    (("चंदनगर", "मेघपुर", "स्वप्नगढ़", "तारानगर"), ("उद्योग", "रसायन", "ऊर्जा", "तकनीक")),
    ("कमल", "गुलाब", "चमेली", "पारिजात"), ("आरव", "काव्या", "मीना", "रोहन"),
)  # fmt: skip
HEBREW: Final = Script(
    (("גבעת ענן", "נווה חלום", "כפר כוכב"), ("תעשיות", "מערכות", "אנרגיה", "ביוטק")),
    ("כלנית", "רקפת", "נורית", "סביון"), ("נועה", "איתן", "תמר", "יונתן"),
)  # fmt: skip
ARABIC: Final = Script(
    (("مدينة الغيم", "واحة النجوم", "ميناء الحلم"), ("للصناعات", "للطاقة", "للتقنية", "للأدوية")),
    ("ياسمين", "نرجس", "قرنفل", "زنبق"), ("سعاد", "كريم", "ليلى", "عمر"),
)  # fmt: skip
GREEK: Final = Script(
    (("Νεφελοχώρι", "Ονειρούπολη", "Αστερόκαστρο"), ("Ναυτιλιακή", "Τρόφιμα", "Ενέργεια")),
    ("Ανεμώνη", "Ίριδα", "Κυκλάμινος"), ("Ελένη", "Νίκος", "Σοφία"),
)  # fmt: skip
CYRILLIC: Final = Script(
    (("Хмаринськ", "Зорепад", "Мрійгород"), ("Машини", "Хімія", "Енергія", "Аеро")),
    ("Барвінок", "Волошка", "Мальва"), ("Оксана", "Тарас", "Ярина"),
)  # fmt: skip
THAI: Final = Script(
    (("เมืองเมฆ", "ดาวลอย"), ("อุตสาหกรรม", "อาหาร", "พลังงาน")), ("บัว", "กุหลาบ"), ("สมชาย", "มาลี"),
    ("", " "),
)  # fmt: skip


class Place(NamedTuple):
    country: str
    weight: int
    cities: Parts
    forms: Parts
    script: Script = LATIN


PLACES: Final = (
    Place("US", 24, ("Quincunx Falls", "Port Nowhere", "Fort Whimsy"), ("Inc.", "LLC", "Corp."),),
    Place("JP", 14, ("Kumomachi", "Tsukigaoka"), ("K.K.", "Co., Ltd."), JAPANESE),
    Place("DE", 11, ("Nebelheim", "Wolkenburg"), ("GmbH", "AG", "SE & Co. KG")),
    Place("GB", 9, ("Little Wherewithal", "Nether Dream"), ("Ltd", "plc")),
    Place("CN", 8, ("Yúnchéng", "Mèngshān"), ("Co., Ltd.",), CHINESE),
    Place("IN", 6, ("Chandanagara", "Meghpur"), ("Pvt. Ltd.",), HINDI),
    Place("KR", 5, ("Byeolmaeul",), ("Co., Ltd.",), KOREAN),
    Place("IT", 4, ("Borgo Nuvola",), ("S.p.A.", "S.r.l.")),
    Place("CA", 4, ("Baie-des-Nulles", "Elsewhere"), ("Inc.", "Ltée")),
    Place("IL", 3, ("Givat-Anan",), ("Ltd.",), HEBREW),
    Place("CH", 3, ("Wolkenwil",), ("AG", "Sàrl")),
    Place("NL", 3, ("Wolkendam",), ("B.V.", "N.V.")),
    Place("SE", 2, ("Molnby", "Drömköping"), ("AB",)),
    Place("BR", 2, ("São Nunca",), ("S.A.", "Ltda.")),
    Place("ES", 2, ("Villanube", "Ensueño"), ("S.L.", "S.A.")),
    Place("AE", 2, ("Madinat al-Ghaym",), ("FZE", "LLC"), ARABIC),
    Place("GR", 1, ("Nefelochóri",), ("A.E.",), GREEK),
    Place("UA", 1, ("Хмаринськ",), ("LLC",), CYRILLIC),
    Place("TH", 1, ("Mueang Mek",), ("Co., Ltd.",), THAI),
    Place("PL", 1, ("Chmurzyn", "Łąka Śnienia"), ("Sp. z o.o.",)),
    Place("TR", 1, ("Bulutşehir",), ("A.Ş.",)),
    Place("VN", 1, ("Thành Mây",), ("JSC",)),
    Place("FI", 1, ("Pilvilä",), ("Oy",)),
    Place("IS", 1, ("Skýjavík",), ("ehf.",)),
)  # fmt: skip
FIRST: Final = (
    "Aster", "Boreal", "Cinder", "Dapple", "Ember", "Fathom", "Gossamer", "Hazel", "Indigo",
    "Juniper", "Kestrel", "Lumen", "Marrow", "Nimbus", "Ochre", "Pebble", "Quill", "Russet",
    "Sable", "Thimble", "Umber", "Velvet", "Willow", "Yarrow", "Zephyr", "Alder", "Bramble",
    "Cobalt", "Drift", "Elder", "Fern", "Garnet", "Heron", "Islet", "Jade", "Krill", "Larch",
    "Mistral", "Nettle", "Opal", "Plume", "Quartz", "Rowan", "Sorrel", "Teal", "Ursine", "Vesper",
    "Wren", "Xylem", "Zinnia",
)  # fmt: skip
SECOND: Final = (
    "Anvil", "Beacon", "Causeway", "Delta", "Eyrie", "Fjord", "Glade", "Harbour", "Inlet",
    "Jetty", "Knoll", "Lantern", "Mill", "Notch", "Orchard", "Prism", "Quarry", "Ridge",
    "Spindle", "Tarn", "Vale", "Weir", "Arbour", "Bridge", "Cairn", "Dune", "Estuary", "Ford",
    "Grove", "Hearth", "Isthmus", "Kiln", "Loom", "Moor", "Oriel", "Pier", "Reef", "Sluice",
    "Turret", "Wharf",
)  # fmt: skip
TRADES: Final = (
    "Robotics", "Photonics", "Pharma", "Materials", "Foods", "Software", "Energy", "Textiles",
    "Instruments", "Marine", "Aerospace", "Sensors", "Chemistry", "Logistics", "Games",
    "Biologics", "Composites", "Diagnostics", "Optics", "Rail", "Vision", "Batteries", "Imaging",
    "Fibres", "Semiconductors",
)  # fmt: skip
# None begins with another, so that every database sorts them alike.
GIVEN: Final = (
    "Ada", "Bilal", "Chiara", "Dorian", "Elif", "Farah", "Goran", "Hiro", "Ines", "Jonas",
    "Kavya", "Lars", "Mina", "Noor", "Olga", "Pedro", "Rui", "Sana", "Tomas", "Uma", "Yuki",
    "Wim", "Zofia",
)  # fmt: skip
FAMILY: Final = (
    "Anemone", "Bluebell", "Clover", "Dahlia", "Edelweiss", "Foxglove", "Gentian", "Heather",
    "Iris", "Jasmine", "Kingcup", "Larkspur", "Marigold", "Narcissus", "Orchid", "Peony",
    "Quince", "Saffron", "Thistle", "Verbena", "Yarrow",
)  # fmt: skip
POSITIONS: Final = (
    "Head of research", "Managing director", "Chief engineer", "Business development", "Founder",
    "Chief technology officer", "Laboratory manager", "Strategy",
)  # fmt: skip
WHAT: Final = (
    "Sensors", "Coatings", "Batteries", "Fibres", "Enzymes", "Software", "Membranes", "Optics",
    "Composites", "Pumps", "Displays", "Seeds", "Brakes", "Antennas", "Filters", "Lasers",
    "Adhesives", "Valves", "Simulators", "Catalysts",
)  # fmt: skip
WHAT_FOR: Final = (
    "for small boats", "for hospitals", "for high-speed trains", "for vineyards", "for drones",
    "for city buses", "for cold storage", "for wind farms", "for bakeries", "for satellites",
    "for schools", "for ports", "for operating theatres", "for greenhouses", "for data centres",
    "for ski lifts", "for nurseries", "for recycling", "for museums",
)  # fmt: skip
RARE: Final = "Heliotrope"  # stands in few titles, for a search that finds little
RARELY: Final = 0.0003
WANTS: Final = (
    "A laboratory that tests the prototype, and two partners who would build it with them.",
    "To take part in a project that is under way, with engineers of their own.",
    "To know which cluster fits, before they decide between three countries.",
)
HELLO: Final = (
    "We are looking for partners in France. Which of the clusters works in our field?",
    "A colleague told us that your agency knows the clusters. Could we speak this week?",
    "We would like to take part in a research project that is already under way.",
    "We have a prototype and a budget, and look for a laboratory that can test it.",
)
ANSWER: Final = (
    "Thank you for writing. May I call you this week to understand what you need?",
    "Two clusters come to mind. Before I name them I would like to hear more about your plans.",
    "We are glad to help; it costs nothing. When could we speak for half an hour?",
)
CALL: Final = (
    "Clear about what they want; the budget is decided in the next quarter.",
    "They would rather join than start. Two engineers could come to France for a year.",
    "Research is real, the decision is made by the founder alone.",
)
NOTE: Final = (
    "Asked a colleague who met them at a fair: serious, slow, good engineers.",
    "Their annual report names France as one of three places that they look at.",
    "The patent office lists four applications in this field since last year.",
)
TO_DO: Final = (
    "Call back",
    "Send the list of clusters",
    "Ask for the budget",
    "Prepare the introduction",
    "Ask the cluster for an answer",
)
