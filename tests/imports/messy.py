"""A spreadsheet as agencies get it: four alphabets, twins, errors, three ways to write a day.

``rows()`` is the same for one seed: 2,000 rows under French headings. ``workbook()`` makes the
XLSX of it; ``python -m tests.imports.messy FILE`` writes one to try by hand.
"""

import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook

HEADINGS: Final = (
    *("Raison sociale ", "Pays", " Ville", "Site internet", "Nom du contact", "Fonction"),
    *("Courriel", "Tél.", "Besoin", "Ce qu'ils cherchent", "Secteur", "Budget de R&D"),
    *("Emplois", "Reçu le", "Suivi par", "Confidentiel ", "Remarque interne"),
)
_LATIN: Final = (
    ("Müller Präzision", "GmbH", "Allemagne", "Köln", "Jürgen Groß", "mueller-praezision"),
    ("Łódź Optyka", "Sp. z o.o.", "Pologne", "Łódź", "Paweł Żółć", "lodz-optyka"),
    ("Señal Robótica", "S.A.", "Espagne", "Málaga", "Íñigo Núñez", "senal-robotica"),
    ("Ångström Batteri", "AB", "Suède", "Göteborg", "Åsa Öberg", "angstrom-batteri"),
    ("Brighton Antibody", "Ltd", "Royaume-Uni", "Brighton", "Zoë O'Neill", "brighton-antibody"),
)
_JAPANESE: Final = (
    ("東海センサー", "株式会社", "日本", "名古屋", "佐藤 健", "tokai-sensor"),
    ("さくら精密", "株式会社", "Japon", "京都", "高橋 愛", "sakura-seimitsu"),
    ("アオイ電池", "有限会社", "JP", "大阪", "鈴木 一郎", "aoi-denchi"),
)
_GREEK_AND_CYRILLIC: Final = (
    ("Аврора Оптика", "ООО", "Россия", "Москва", "Иван Петров", "avrora-optika"),
    ("Дніпро Композит", "ТОВ", "Україна", "Дніпро", "Олена Шевченко", "dnipro-kompozyt"),
    ("Ελληνικά Υλικά", "Α.Ε.", "Grèce", "Αθήνα", "Γιώργος Παππάς", "ellinika-ylika"),
)
_KOREAN_AND_CHINESE: Final = (
    ("한빛전자", "주식회사", "대한민국", "서울", "김민수", "hanbit"),
    ("華光生物", "有限公司", "中国", "深圳", "王小明", "huaguang"),
    ("青山新材料", "有限公司", "Chine", "上海", "李娜", "qingshan"),
)
_ALPHABETS: Final = (_LATIN, _JAPANESE, _GREEK_AND_CYRILLIC, _KOREAN_AND_CHINESE)
_WORDS: Final = (
    *("Nord", "Süd", "Vega", "Lyra", "Orion", "Delta", "Aster", "Corvus", "Helios", "Nimbus"),
    *("Quartz", "Onyx", "Opale", "Ambre", "Jade", "Iris", "Atlas", "Titan", "Rhea", "Ceres"),
)
_NEEDS: Final = (
    *("Capteurs pour l'automobile", "Laboratoire commun", "essais cliniques", "Batteries "),
    *("composites", "Lasers", "Rejoindre un projet", "logiciel embarqué"),
)
_SECTORS: Final = ("Aéronautique", "santé", "Automobile", "TIC", "énergie", "Chimie", "??", "")
_BUDGETS: Final = ("1,5 M€", "3億円", "2.000.000 USD", "500 k€", "ne sait pas", "", "beaucoup")
_WRONG_COUNTRIES: Final = ("Bourgogne", "Asie", "UE", "n/c", "Frankreich", "Japn")


def rows(count: int = 2000, seed: int = 1) -> Iterator[list[Any]]:
    dice = random.Random(seed)  # nothing secret rests on it
    made: list[list[Any]] = []
    for number in range(count):
        if made and dice.random() < 0.12:
            row = _twin(dice, dice.choice(made))
        else:
            row = _row(dice, number)
            made.append(row)
        yield _spoiled(dice, row)


def _row(dice: random.Random, number: int) -> list[Any]:
    name, form, country, city, person, domain = dice.choice(dice.choice(_ALPHABETS))
    word = f"{dice.choice(_WORDS)} {number}" if dice.random() < 0.9 else dice.choice(_WORDS)
    site = f"{domain}-{word.casefold().replace(' ', '-').replace('ü', 'ue')}.example"
    return [
        f"{name} {word} {form}",
        country,
        city,
        dice.choice((f"https://www.{site}/", site, "")),
        person,
        dice.choice(("CEO", "Directeur R&D", "", "部長")),
        dice.choice((f"contact{number}@{site}", f"info@{site}", "")),
        dice.choice(("+49 221 123456", "03-1234-5678", "", "(0)221/99")),
        dice.choice(_NEEDS),
        "Nous cherchons un partenaire en France.",
        dice.choice(_SECTORS),
        dice.choice(_BUDGETS),
        dice.choice((12, "environ 20", "", "30 postes")),
        _day(dice),
        dice.choice(("", "", "adviser", "Inconnu Untel")),
        dice.choice(("oui", "non", "", "")),
        dice.choice(("vu au salon", "", "à rappeler !!")),
    ]


def _day(dice: random.Random) -> Any:
    day = date(2026, 1, 1) + timedelta(days=dice.randrange(300))
    return dice.choice(
        (
            datetime(day.year, day.month, day.day),
            day.isoformat(),
            day.strftime("%d/%m/%Y"),
            day.strftime("%d.%m.%y"),
            "",
        )
    )


def _twin(dice: random.Random, row: list[Any]) -> list[Any]:
    """The same company again, as somebody else would type it."""
    again = list(row)
    name = str(row[0])
    again[0] = dice.choice(
        (name.upper(), name.rsplit(" ", 1)[0], f"{name.replace('-', ' ')} ", f" {name}")
    )
    again[8] = dice.choice(_NEEDS)
    if dice.random() < 0.4:
        again[1] = ""
    return again


def _spoiled(dice: random.Random, row: list[Any]) -> list[Any]:
    row = [f"  {cell} " if isinstance(cell, str) and dice.random() < 0.1 else cell for cell in row]
    chance = dice.random()
    if chance < 0.02:
        row[0] = ""
    elif chance < 0.05:
        row[1] = dice.choice(_WRONG_COUNTRIES)
    elif chance < 0.07:
        row[6] = dice.choice(("pas d'adresse", "a@b", "x y@z.example"))
    elif chance < 0.08:
        row[13] = "31/02/2026"
    elif chance < 0.085:
        row = ["", "", ""]
    return [cell if cell != "" else None for cell in row]


def workbook(count: int = 2000, seed: int = 1) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Prospects 2026"
    sheet.append(["Salon de Hanovre: contacts à reprendre"])
    sheet.append([])
    sheet.append(HEADINGS)
    for row in rows(count, seed):
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as out:
        out.write(workbook())
