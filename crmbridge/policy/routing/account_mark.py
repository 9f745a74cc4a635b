"""The mark under which an account is looked up by its name, and when two names are one account."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from crmbridge.model.record import Value
from crmbridge.policy.definition.values import fold

_FORMS = """
inc incorporated corp corporation co company ltd limited llc llp lp plc gmbh mbh ggmbh ag kg kgaa
ohg gbr ug haftungsbeschränkt sa sas sasu sarl sà rl srl spa snc bv nv vof oy oyj ab asa aps sl slu
sro zrt kft pty pte pvt bhd sdn ltda cv ооо оао зао пао
"""
LEGAL = frozenset(_FORMS.split())
"""Legal forms; at the end of a name they are no part of it."""
IN_FRONT = frozenset({"the", "ооо", "оао", "зао", "пао"})
"""Words that are no part of a name at its beginning."""
JOINING = frozenset({"and", "und", "et", "de"})
"""Words that stand between legal forms, as in `& Co. KG` and `S.A. de C.V.`."""
NOTHING = frozenset(
    {
        *("not given", "na", "none", "null", "nil", "nothing", "unknown", "unbekannt", "tbd"),
        *("self", "self employed", "selfemployed", "freelance", "freelancer", "private", "privat"),
        *("personal", "individual", "no company", "no account", "my company", "unemployed"),
        *("retired", "student", "test", "testing", "test company", "x", "xx", "xxx", "asdf"),
    }
)
"""Names that name nothing: whoever has one of them shares no account with others."""
_DROPPED = frozenset(".'’`´")
"""Characters inside of words, such as those of U.S. and O'Neil."""


def account_mark(name: Value) -> str:
    """Return the hash under which an account is looked up; empty for no name.

    Names are the same when `account_name` makes one of them.
    """
    folded = account_name(name) if isinstance(name, str) else ""
    return sha256(folded.encode("utf-8", "surrogatepass")).hexdigest() if folded else ""


def domain_mark(domain: Value) -> str:
    """Return the hash under which a domain is looked up; empty for what is none.

    A web address, an e-mail address and a domain with `www.` in front are the domain in them.
    """
    text = domain.strip().casefold() if isinstance(domain, str) else ""
    host = (text.partition("//")[2] or text).partition("/")[0].rpartition("@")[2].partition(":")[0]
    bare = host.removeprefix("www.").rstrip(".")
    if "." not in bare or any(one.isspace() for one in bare):
        return ""
    return sha256(f"@{bare}".encode("utf-8", "surrogatepass")).hexdigest()


def lead_domain_mark(value: Callable[[str], Value]) -> str:
    """Return the mark of the domain that a lead's account has; `value` gives a fact by its word.

    Its web site says it, else the domain of its address.
    """
    found = (domain_mark(value(word)) for word in ("website", "email_domain", "email"))
    return next((one for one in found if one), "")


def account_name(name: str) -> str:
    """Return the form in which an account's name is compared; empty where it names nothing.

    Case, spaces, punctuation, `The` in front and legal forms at the end are no part of it:
    `U.S. Bank`, `The US Bank, Inc.` and `us  bank` are one. A name that is nothing but such words
    is taken as it is.
    """
    words = _words(name)
    if " ".join(words) in NOTHING:
        return ""
    bare = _bare(words)
    found = " ".join(bare or words)
    return "" if found in NOTHING else found


def _words(name: str) -> list[str]:
    """The words of a name; letters that stand alone, as in U. S. Bank, are one word."""
    text = "".join(one for one in fold(name).replace("&", " and ") if one not in _DROPPED)
    words: list[str] = []
    alone = False
    for word in "".join(one if one.isalnum() else " " for one in text).split():
        single = len(word) == 1 and word.isalpha()
        if single and alone:
            words[-1] += word
        else:
            words.append(word)
        alone = single
    return [] if set(words) <= JOINING else words


def _bare(words: list[str]) -> list[str]:
    left = list(words)
    while left and left[0] in IN_FRONT:
        left.pop(0)
    cut = len(left)
    while cut and left[cut - 1] in LEGAL:
        cut -= 1
        while cut and left[cut - 1] in JOINING:
            cut -= 1
    return left[:cut]
