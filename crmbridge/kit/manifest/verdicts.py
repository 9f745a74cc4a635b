"""What a vendor's error means by the rules of a manifest, also of one inside a good answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crmbridge.errors import AuthFailed, ConnectorError, NotSupported, Refused, Unavailable
from crmbridge.kit import words
from crmbridge.kit.manifest import where
from crmbridge.kit.manifest.shape import ErrorShape, ManifestShape
from crmbridge.kit.rest import spent, throttled
from crmbridge.net.verdict import request_id

LONGEST = 300
"""Characters of a vendor's words that people are shown."""
CUTS = (words.QUOTED, words.ADDRESS, words.NUMBER)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")


class Verdicts:
    """The errors of one vendor."""

    def __init__(self, spec: ManifestShape) -> None:
        self._title, self._answer = spec.title, spec.answer
        self._rules = [(rule, re.compile(rule.code), re.compile(rule.text)) for rule in spec.errors]

    def classify(
        self, status: int, headers: Mapping[str, str], data: object
    ) -> ConnectorError | None:
        """Return the error of a bad status by the rules; `None` where none fits."""
        code, text = self._told(data)
        for rule, codes, texts in self._rules:
            if (not rule.status or status in rule.status) and codes.search(code):
                found = texts.search(text)
                if found:
                    named = {"field": self._field(data), **_present(found.groupdict())}
                    return self._made(rule, code, text, named, headers)
        return None

    def inside(
        self, status: int, headers: Mapping[str, str], data: object
    ) -> ConnectorError | None:
        """Return the error inside an answer with a good status; `None` for a good answer."""
        if data is None:  # no body: the status has said it all
            return None
        held = where.value(data, self._answer.error) if self._answer.error else None
        bad = self._answer.ok and where.value(data, self._answer.ok) is not True
        if not held and not bad:
            return None
        found = self.classify(status, headers, data)
        if found is not None:
            return found
        code, text = self._told(data)
        return Refused(self._says(text, code), code=code or "ERROR", request_id=request_id(headers))

    def _field(self, data: object) -> str:
        named = where.value(data, self._answer.field) if self._answer.field else ""
        return named if isinstance(named, str) else ""

    def _told(self, data: object) -> tuple[str, str]:
        code = where.value(data, self._answer.code)
        texts = (where.value(data, path) for path in self._answer.text)
        text = next((one for one in texts if isinstance(one, str) and one), "")
        return code if isinstance(code, str) and _CODE.fullmatch(code) else "", text

    def _made(
        self,
        rule: ErrorShape,
        code: str,
        text: str,
        named: Mapping[str, str | None],
        headers: Mapping[str, str],
    ) -> ConnectorError:
        rid, says = request_id(headers), self._says(text, code)
        match rule.kind:
            case "later":
                return Unavailable(f"{says}; try later", request_id=rid)
            case "throttled":
                return throttled(self._title, "its quota is used up", headers, rule.wait)
            case "daily":
                return spent(self._title, headers)
            case "auth":
                return AuthFailed(f"{says}; check this system's credential", request_id=rid)
            case "unsupported":
                return NotSupported(says, request_id=rid)
        field = named.get("field") or named.get("label") or ""
        return Refused(says, code=code or "REFUSED", field=field, cause=rule.cause, request_id=rid)

    def _says(self, text: str, code: str) -> str:
        """The vendor's words without what may be a person's: whatever it quotes is cut out."""
        told = words.scrub(text, {}, CUTS, LONGEST)
        return f"{self._title}: {told or code or 'it refuses the call and does not say why'}"


def _present(named: Mapping[str, str | None]) -> dict[str, str]:
    """The groups of a pattern that found something."""
    return {name: each for name, each in named.items() if each}
