"""Legal forms of companies, as they stand before or after a name.

Reviewed by hand against the Entity Legal Forms code list of ISO 20275 (published by GLEIF): the
forms, and their usual abbreviations, of the countries that investors come from. Forms in Latin
letters are written folded: lower case, no accents, no dots, single letters joined (``S. p. A.`` is
``spa``). Those of other scripts are written as they are, because what a romanisation makes of
them depends on the word beside them.
"""

from typing import Final

Words = tuple[str, ...]


def _words(text: str) -> frozenset[Words]:
    """One form a line; several words of a form stand on its line."""
    return frozenset(tuple(line.split()) for line in text.strip().splitlines())


# After a name. By country, the usual ones first.
SUFFIXES: Final = _words(
    """
    inc
    incorporated
    corp
    corporation
    co
    company
    llc
    l l c
    lllp
    llp
    lp
    pbc
    pllc
    ltd
    limited
    plc
    public limited company
    cic
    unlimited
    dac
    clg
    ltee
    limitee
    ulc
    enr
    pty
    proprietary
    pvt
    private
    private limited
    opc
    pte
    sdn
    bhd
    berhad
    tbk
    jsc
    pjsc
    psc
    cjsc
    ojsc
    wll
    spc
    saog
    saoc
    fze
    fzc
    fzco
    fz
    dmcc
    sae
    ksc
    kscp
    gmbh
    gesmbh
    gesellschaft mit beschrankter haftung
    ggmbh
    mbh
    ag
    aktiengesellschaft
    kg
    kommanditgesellschaft
    kgaa
    ohg
    gbr
    ug
    haftungsbeschrankt
    ek
    eg
    ev
    se
    gmbh co
    gmbh und co
    ag co
    se co
    sa
    societe anonyme
    sas
    sasu
    societe par actions simplifiee
    sarl
    sarlu
    eurl
    snc
    sca
    scs
    scop
    selarl
    gie
    sprl
    srl
    bvba
    bv
    nv
    vof
    cv
    cvba
    scrl
    asbl
    vzw
    besloten vennootschap
    naamloze vennootschap
    sagl
    spa
    societa per azioni
    srls
    societa a responsabilita limitata
    sas di
    sapa
    scarl
    scpa
    sl
    slu
    sll
    sau
    sociedad anonima
    sociedad limitada
    sa de cv
    sab de cv
    s de rl
    s de rl de cv
    sapi de cv
    eirl
    sac
    saa
    sas esp
    ltda
    limitada
    eireli
    sociedade anonima
    lda
    sgps
    unipessoal
    ab
    aktiebolag
    publ
    hb
    kb
    as
    asa
    ans
    da
    aps
    ivs
    is
    ks
    ps
    amba
    oy
    oyj
    osakeyhtio
    abp
    ky
    hf
    ehf
    ohf
    ou
    osauhing
    sia
    uab
    spzoo
    sp zoo
    sp z oo
    sp zo o
    spolka z oo
    sp k
    sp j
    spk
    sro
    spol sro
    spol s ro
    as cz
    vos
    doo
    dd
    jdoo
    ad
    ead
    eood
    ood
    kft
    korlatolt felelossegu tarsasag
    zrt
    nyrt
    rt
    bt
    kkt
    ae
    ave
    epe
    ike
    monoprosopi
    as ve ticaret
    anonim sirketi
    limited sirketi
    ltd sti
    sti
    ooo
    oao
    zao
    pao
    ao
    nao
    tov
    pat
    prat
    pp
    too
    mchj
    kk
    kabushiki kaisha
    kabushikikaisha
    kabushiki gaisha
    kabushikigaisha
    gk
    godo kaisha
    godo gaisha
    godokaisha
    yk
    yugen kaisha
    yugen gaisha
    yugenkaisha
    jusik hoesa
    jusikhoesa
    chusik hoesa
    yuhan hoesa
    yuhanhoesa
    yuhan chaegim hoesa
    youxian gongsi
    youxiangongsi
    gufen youxian gongsi
    gufen youxiangongsi
    youxian zeren gongsi
    gongsi
    jituan
    pcl
    public company
    """
)

# Before a name, only those that are hardly a word or somebody's initials there: "AO Smith",
# "SAS Institute", "AS Roma" are names.
PREFIXES: Final = _words(
    """
    ooo
    oao
    zao
    pao
    tov
    uab
    pt
    cong ty
    cong ty tnhh
    cong ty tnhh mtv
    cong ty co phan
    sarl
    eurl
    sprl
    societe anonyme
    kabushiki kaisha
    kabushikikaisha
    kabushikigaisha
    kabushiki gaisha
    yugen kaisha
    yugen gaisha
    jusik hoesa
    jusikhoesa
    sharikat
    """
)

# Before a name perhaps, perhaps part of it: the name counts with and without ("AB Volvo").
PERHAPS_BEFORE: Final = _words("ab\nag\nas\nao\noy\nsa\nsas\nsia\nspa\nsrl\njsc\npjsc\nllc\nkk\nou")

# Without space to the name, on either side; the longer ones first.
NATIVE: Final = (
    # Japanese: kabushiki, yūgen, gōdō, gōshi, gōmei kaisha; general and public corporations
    "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "一般社団法人", "公益財団法人",
    "(株)", "(有)", "(同)", "(資)", "(名)",
    # Chinese, simplified and traditional
    "股份有限公司", "有限责任公司", "有限責任公司", "集团有限公司", "集團有限公司", "有限公司",
    "集团公司", "集團公司", "公司", "株式會社",
    # Korean
    "유한책임회사", "주식회사", "유한회사", "합자회사", "합명회사", "(주)", "(유)",
    # Thai: borisat … chamkat (mahachon), hang hun suan chamkat
    "บริษัท", "จำกัด", "(มหาชน)", "ห้างหุ้นส่วน",
)  # fmt: skip

# Words of their own in their script; where a name can begin with them, they stand before too.
NATIVE_WORDS: Final = frozenset(
    {
        # Russian, Ukrainian, Kazakh, Bulgarian, Serbian
        "ооо", "оао", "зао", "пао", "ао", "нао", "тов", "пат", "прат", "тоо", "еоод", "оод", "еад",
        "ад", "доо", "дд", "пп", "фоп", "ип",
        # Greek
        "αε", "αβεε", "επε", "ικε", "οε", "εε", "μονοπροσωπη",
        # Arabic, Persian: sharikat, "limited", "joint stock"
        "شركة", "شرکت", "مؤسسة", "مجموعة", "المحدودة", "محدودة", "ذمم", "شمم", "شمع", "شمك", "ش",
        "المساهمة", "مساهمة", "ذات", "مسؤولية",
        # Hebrew: ba'am
        "בעמ", "חברת",
        # Hindi: limited, private limited
        "लिमिटेड", "लि", "प्राइवेट", "प्रा",
        # Armenian, Georgian
        "սպը", "փբը", "შპს", "სს",
    }
)  # fmt: skip
