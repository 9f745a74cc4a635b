"""The properties that the vendor sets by itself after a write."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.schema import STAGES
from connectors.hubspot.emulator.values import stamp

_STAMPED = frozenset(stage for stage, _ in STAGES)
_FROM_PRODUCT = ("name", "description", "price", "hs_sku")


def computed(
    portal: Portal, object: str, record: Record, values: Mapping[str, str], now: int
) -> dict[str, str]:
    """Return what a write of values to a record brings along."""
    after = {**record.props, **values}
    if object == "contacts":
        stage = values.get("lifecyclestage", "")
        if stage in _STAMPED and stage != record.props.get("lifecyclestage"):
            return {f"hs_lifecyclestage_{stage}_date": stamp(now)}
    if object == "deals":
        return _deal(portal, after, values, now)
    if object == "meetings" and not after.get("hs_timestamp"):
        # source: the vendor's guide on meetings
        return {"hs_timestamp": after.get("hs_meeting_start_time", "")}
    if object == "line_items":
        return _line(portal, after, new=not record.version)
    return {}


def _deal(
    portal: Portal, after: Mapping[str, str], values: Mapping[str, str], now: int
) -> dict[str, str]:
    found: dict[str, str] = {}
    stage = portal.stage("deals", values.get("dealstage", ""))
    if stage is not None:
        found = {
            "hs_is_closed": str(stage.closed).lower(),
            "hs_is_closed_won": str(stage.won).lower(),
            "hs_is_closed_lost": str(stage.closed and not stage.won).lower(),
            "hs_deal_stage_probability": stage.probability,
        }
        if stage.closed:
            found[f"hs_v2_date_entered_{stage.id}"] = stamp(now)
            if not after.get("closedate"):
                found["closedate"] = stamp(now)
    return found | _home_amount(portal, after)


def _home_amount(portal: Portal, after: Mapping[str, str]) -> dict[str, str]:
    amount = after.get("amount", "")
    if not amount:
        return {"amount_in_home_currency": ""}
    currency = after.get("deal_currency_code") or portal.options["currency"]
    rate = Decimal(str(portal.options["rates"].get(currency, 1)))
    return {
        "amount_in_home_currency": plain(Decimal(amount) * rate),
        "hs_exchange_rate": f"{rate:f}",
    }


def _line(portal: Portal, after: Mapping[str, str], *, new: bool) -> dict[str, str]:
    """Take over what a new line leaves to its product, and work out the net price ([memory])."""
    product = portal.stores["products"].find(after.get("hs_product_id", "")) if new else None
    found = {
        name: product.props[name]
        for name in (_FROM_PRODUCT if product else ())
        if product and name in product.props and not after.get(name)
    }
    price, quantity = ({**after, **found}.get(name, "") for name in ("price", "quantity"))
    return found | {"amount": net(price, quantity)}


def net(price: str, quantity: str) -> str:
    """Return price times quantity as the vendor writes numbers; empty without both."""
    return plain(Decimal(price) * Decimal(quantity)) if price and quantity else ""


def plain(number: Decimal) -> str:
    """Write a number without trailing zeros and without an exponent."""
    return f"{number.normalize():f}"
