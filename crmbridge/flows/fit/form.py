"""Whether a field holds a value of ours in the only form that it can hold it in."""

from __future__ import annotations

from crmbridge.flows.fit.fitting import Fitting
from crmbridge.mapping.outward import in_their_words
from crmbridge.mapping.schema import FieldMap
from crmbridge.model.lead import Ref
from crmbridge.model.record import Value, is_blank


def is_form_of(fits: Fitting, ref: Ref, line: FieldMap, raw: Value, ours: Value) -> bool:
    """Whether a record's field holds a value of ours: cut, as another type, in another order.

    `raw` is what stands there. Of a field that nobody has described only the value itself is.
    """
    if is_blank(raw) or is_blank(ours):
        return False
    try:
        theirs = in_their_words(line, ours)
    except ValueError:
        return False
    made = fits.fitted(ref.system, ref.obj, line.field, theirs)
    return made.why is None and fits.same(raw, made.value)
