"""List prices as data, with where and when each was read; estimates only, never a bill."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit costs.

    Args:
        unit: ``call``, ``image``, ``megapixel``, ``second``, ``minute``, ``1000_characters``,
            ``million_tokens_in`` or ``million_tokens_out``.
        confidence: ``schema``, ``documents`` or ``memory``: how sure the figure is.
    """

    service: str
    model: str
    unit: str
    usd: Decimal
    source: str
    read_on: str
    confidence: str


@cache
def price_table() -> dict[tuple[str, str, str], Price]:
    """All prices by service, model and unit; the model ``*`` stands for every other one."""
    rows: list[dict[str, Any]] = []
    for file in resources.files(__package__).joinpath("price_list").iterdir():
        if file.name.endswith(".toml"):
            text = file.read_text(encoding="utf-8")
            rows += tomllib.loads(text, parse_float=Decimal)["price"]
    prices = [
        Price(
            service=row["service"],
            model=row["model"],
            unit=row["unit"],
            usd=Decimal(row["usd"]),
            source=row["source"],
            read_on=str(row["read_on"]),
            confidence=row["confidence"],
        )
        for row in rows
    ]
    return {(price.service, price.model, price.unit): price for price in prices}


def find_price(service: str, model: str, unit: str) -> Price | None:
    """The price of a unit, or nothing when none is known."""
    table = price_table()
    return table.get((service, model, unit)) or table.get((service, "*", unit))


def cost_usd(service: str, model: str, amounts: dict[str, float]) -> Decimal | None:
    """What so much of each unit costs; nothing when one of the prices is not known."""
    total = Decimal(0)
    for unit, amount in amounts.items():
        price = find_price(service, model, unit)
        if price is None:
            return None
        total += price.usd * Decimal(str(round(amount, 6)))
    return total
