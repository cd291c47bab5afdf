"""Domains: which part of one belongs to a company, and which belong to everybody.

The registrable part follows the pattern of the Public Suffix List (publicsuffix.org): under the
two-letter domains of countries many register a level below, such as ``co.jp`` and ``com.br``.
Lists reviewed by hand.
"""

import re
from functools import lru_cache
from typing import Final


def listed(text: str) -> frozenset[str]:
    """The words of a list that is read as a paragraph."""
    return frozenset(text.split())


_SECOND_LEVEL: Final = listed(
    "ac ad asso co com ed edu firm gen go gob gouv gov govt gr id ind info inc ltd me mil muni net"
    " ne nom nt or org plc pro re res sch tm web"
)
# Where everybody can have an address, and the names that are reserved for examples (RFC 2606):
# nothing follows from sharing one.
_MAIL: Final = listed(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com"
    " rocketmail.com aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.com"
    " gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de mail.com mail.ru bk.ru list.ru"
    " inbox.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net qq.com foxmail.com 163.com 126.com"
    " yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn naver.com daum.net hanmail.net"
    " nate.com kakao.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com biglobe.ne.jp"
    " ocn.ne.jp orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr"
    " libero.it virgilio.it tiscali.it alice.it tin.it terra.com.br uol.com.br bol.com.br"
    " rediffmail.com sify.com zoho.com fastmail.com fastmail.fm hey.com tutanota.com tuta.com"
    " hushmail.com btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net comcast.net"
    " verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net"
    " shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au xtra.co.nz bluewin.ch"
    " telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl home.nl telia.com seznam.cz centrum.cz"
    " wp.pl o2.pl onet.pl interia.pl abv.bg walla.co.il bezeqint.net mynet.com"
    " example.com example.net example.org"
)
_MAIL_OF_COUNTRIES: Final = frozenset({"yahoo", "hotmail", "outlook", "live", "gmx", "ymail"})
# Where a company has a page, not a site.
_HOSTS: Final = listed(
    "linkedin.com facebook.com instagram.com twitter.com x.com youtube.com xing.com wikipedia.org"
    " crunchbase.com bloomberg.com google.com github.io github.com gitlab.io wordpress.com"
    " blogspot.com wixsite.com wix.com weebly.com squarespace.com myshopify.com webflow.io"
    " netlify.app vercel.app herokuapp.com notion.site substack.com medium.com tumblr.com"
    " jimdo.com jimdofree.com business.site alibaba.com made-in-china.com weibo.com wechat.com"
    " vk.com t.me linktr.ee indiamart.com europages.com kompass.com societe.com amazonaws.com"
    " azurewebsites.net web.app firebaseapp.com pages.dev carrd.co strikingly.com"
)
_HOST: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@?#]*@)?([^/:?#\\]+)")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The part of a host's name that was registered: ``www.a.co.jp`` → ``a.co.jp``.

    Empty for what is no name of a host, such as an address in numbers.
    """
    labels = _ascii(host.strip().strip(".").casefold()).split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        return ""
    below = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if below else labels[-2:])


def _ascii(host: str) -> str:
    """Names in other scripts as they are on the wire (IDNA)."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


def site_of(website: str) -> str:
    """The registrable domain of a website as people type it; empty for a page on a platform."""
    match = _HOST.match("".join(website.split()).casefold())
    domain = registrable(match[1]) if match else ""
    return "" if domain in _HOSTS or is_common_mail(domain) else domain


def is_common_mail(domain: str) -> bool:
    """Whether everybody can have an address there."""
    name, _dot, _suffix = domain.partition(".")
    return domain in _MAIL or name in _MAIL_OF_COUNTRIES
