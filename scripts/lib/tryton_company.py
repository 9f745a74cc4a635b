"""Makes a company in a new Tryton database: run by scripts/tryton in Tryton's own environment."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

from trytond import config


def main(conf: str, database: str) -> None:
    """Make the currency, the company, an employee and the category of who wants no contact."""
    config.update_etc(conf)
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    pool = Pool(database)
    with Transaction().start(database, 0, readonly=True):
        pool.init()
    with Transaction().start(database, 1) as transaction:
        made = {name: pool.get(name) for name in ("currency.currency", "party.party")}
        rates = [("create", [{"date": date(2020, 1, 1), "rate": Decimal(1)}])]
        euro = {"name": "Euro", "code": "EUR", "symbol": "€", "digits": 2, "rates": rates}
        (currency,) = made["currency.currency"].create([euro | {"rounding": Decimal("0.01")}])
        people = [{"name": "Acme"}, {"name": "Ann Becker"}]
        firm, ann = made["party.party"].create(people)
        company_of = pool.get("company.company")
        (company,) = company_of.create([{"party": firm.id, "currency": currency.id}])
        pool.get("party.party").write([ann], {"email": "ann.becker@acme.example"})
        pool.get("company.employee").create([{"party": ann.id, "company": company.id}])
        pool.get("party.category").create([{"name": "Do not contact"}])
        admin = pool.get("res.user")(1)
        values = {"companies": [("add", [company.id])], "company": company.id}
        pool.get("res.user").write([admin], values)
        transaction.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
