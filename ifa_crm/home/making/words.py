"""What made-up leads are made of. Nobody and nothing here exists."""

from typing import Final

PLACES: Final = (
    ("US", "Quincunx Falls", ""),
    ("US", "Port Nowhere", ""),
    ("JP", "Kumomachi", "雲町工業"),
    ("JP", "Tsukigaoka", "月ヶ丘製作所"),
    ("KR", "Byeolmaeul", "별마을산업"),
    ("CN", "Yúnchéng", "云城科技"),
    ("IN", "Chandanagara", "चंदनगर उद्योग"),
    ("DE", "Nebelheim", ""),
    ("GB", "Little Wherewithal", ""),
    ("CA", "Baie-des-Nulles", ""),
    ("IL", "Givat-Anan", "גבעת ענן"),
    ("AE", "Madinat al-Ghaym", "مدينة الغيم"),
    ("GR", "Nefelochóri", "Νεφελοχώρι"),
    ("UA", "Хмаринськ", "Хмаринськ"),
    ("SE", "Molnby", ""),
    ("BR", "São Nunca", ""),
    ("IT", "Borgo Nuvola", ""),
    ("NL", "Wolkendam", ""),
    ("CH", "Wolkenwil", ""),
    ("PL", "Chmurzyn", ""),
)
FIRST: Final = (
    "Aster", "Boreal", "Cinder", "Dapple", "Ember", "Fathom", "Gossamer", "Hazel", "Indigo",
    "Juniper", "Kestrel", "Lumen", "Marrow", "Nimbus", "Ochre", "Pebble", "Quill", "Russet",
    "Sable", "Thimble", "Umber", "Velvet", "Willow", "Yarrow", "Zephyr",
)  # fmt: skip
SECOND: Final = (
    "Anvil", "Beacon", "Causeway", "Delta", "Eyrie", "Fjord", "Glade", "Harbour", "Inlet",
    "Jetty", "Knoll", "Lantern", "Mill", "Notch", "Orchard", "Prism", "Quarry", "Ridge",
    "Spindle", "Tarn", "Vale", "Weir",
)  # fmt: skip
TRADES: Final = (
    "Robotics", "Photonics", "Pharma", "Materials", "Foods", "Software", "Energy", "Textiles",
    "Instruments", "Marine", "Aerospace", "Sensors", "Chemistry", "Logistics", "Games",
)  # fmt: skip
GIVEN: Final = (
    "Ada", "Bilal", "Chiara", "Dae-ho", "Elif", "Farah", "Goran", "Hiro", "Ines", "Jonas",
    "Kavya", "Lars", "Mina", "Noor", "Olga", "Pedro", "Rui", "Sana", "Tomás", "Uma", "Yuki",
)  # fmt: skip
FAMILY: Final = (
    "Anemone", "Bluebell", "Clover", "Dahlia", "Edelweiss", "Foxglove", "Gentian", "Heather",
    "Iris", "Jasmine", "Larkspur", "Marigold", "Narcissus", "Orchid", "Peony", "Saffron",
    "Thistle", "Verbena", "Yarrow",
)  # fmt: skip
POSITIONS: Final = (
    "Head of research", "Managing director", "Chief engineer", "Business development", "Founder",
)  # fmt: skip
WHAT: Final = (
    "Sensors", "Coatings", "Batteries", "Fibres", "Enzymes", "Software", "Membranes", "Optics",
    "Composites", "Pumps", "Displays", "Seeds", "Brakes", "Antennas", "Filters",
)  # fmt: skip
WHAT_FOR: Final = (
    "for small boats", "for hospitals", "for high-speed trains", "for vineyards", "for drones",
    "for city buses", "for cold storage", "for wind farms", "for bakeries", "for satellites",
    "for schools", "for ports", "for operating theatres", "for greenhouses",
)  # fmt: skip
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
TO_DO: Final = (
    "Call back",
    "Send the list of clusters",
    "Ask for the budget",
    "Prepare the introduction",
    "Ask the cluster for an answer",
)
