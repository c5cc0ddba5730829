"""Spending caps: money is held before it can be spent, in one statement, so that no two calls can
pass a cap together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import BudgetRow, GenerationRow
from video_platform.errors import BudgetExceeded, InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One scope's money, in millionths of a US dollar; no cap means no limit."""

    scope: str
    cap_microusd: int | None
    held_microusd: int
    spent_microusd: int


def scopes_of(tenant: str, project: str) -> tuple[str, ...]:
    """Whose caps a generation for this project is held against, in the order they are locked."""
    return (f"tenant:{tenant}", *((f"project:{project}",) if project else ()))


class Budgets:
    """Repository of budgets.

    Args:
        caps_usd: by kind of scope (``tenant``, ``project``), the cap a new one begins with.
    """

    def __init__(
        self, database: Database, *, caps_usd: Mapping[str, Decimal | None] | None = None
    ) -> None:
        self._database = database
        self._caps_usd = caps_usd or {}

    def set_cap(self, scope: str, cap_microusd: int | None) -> None:
        """Set or lift the cap of a scope."""
        self._ensure(scope)
        with self._database.session() as session, session.begin():
            session.execute(
                update(BudgetRow).where(BudgetRow.scope == scope).values(cap_microusd=cap_microusd)
            )

    def allow(self, scope: str, cap_usd: Decimal | None) -> None:
        """Set the cap a person wants, up to the one a new scope begins with; none: that one.

        Raises:
            InvalidInput: ``cap_too_high``.
        """
        most = self._caps_usd.get(scope.partition(":")[0])
        wanted = most if cap_usd is None else cap_usd
        if most is not None and wanted is not None and wanted > most:
            raise InvalidInput(
                f"A cap of {wanted:.2f} USD is above the {most:.2f} USD the operator allows.",
                hint="Choose a lower cap, or ask the operator: VIDEO_PLATFORM_PROJECT_CAP_USD.",
                code="cap_too_high",
            )
        self.set_cap(scope, None if wanted is None else round(wanted * 1_000_000))

    def get(self, scope: str) -> Budget:
        """What a scope has spent and holds."""
        with self._database.session() as session:
            row = session.get(BudgetRow, scope)
            return Budget(
                scope=scope,
                cap_microusd=row.cap_microusd if row else None,
                held_microusd=row.held_microusd if row else 0,
                spent_microusd=row.spent_microusd if row else 0,
            )

    @boundary("ledger.held")
    def hold(self, key: str, scopes: Sequence[str], amount_microusd: int | None) -> None:
        """Hold an amount for a generation in all its scopes, or in none.

        A price that is not known is held against no cap: where there is one, it is refused.

        Raises:
            BudgetExceeded: a cap would be passed; the message says whose.
        """
        for scope in scopes:
            self._ensure(scope)
        if amount_microusd is None:
            capped = [scope for scope in scopes if self.get(scope).cap_microusd is not None]
            if capped:
                raise BudgetExceeded(
                    f"{capped[0]} has a spending cap, and the price of this is not known.",
                    hint="Add its price to the price list, lift the cap, or choose another "
                    "provider. Nothing was sent.",
                )
            return
        with self._database.session() as session, session.begin():
            for scope in scopes:
                done: Any = session.execute(
                    update(BudgetRow)
                    .where(
                        BudgetRow.scope == scope,
                        (BudgetRow.cap_microusd.is_(None))
                        | (
                            BudgetRow.spent_microusd + BudgetRow.held_microusd + amount_microusd
                            <= BudgetRow.cap_microusd
                        ),
                    )
                    .values(held_microusd=BudgetRow.held_microusd + amount_microusd)
                )
                if done.rowcount != 1:
                    raise _exceeded(session.get_one(BudgetRow, scope), amount_microusd)
            session.execute(
                update(GenerationRow)
                .where(GenerationRow.key == key)
                .values(held_microusd=GenerationRow.held_microusd + amount_microusd)
            )

    def _ensure(self, scope: str) -> None:
        with self._database.session() as session:
            if session.get(BudgetRow, scope) is not None:
                return
        try:
            with self._database.session() as session, session.begin():
                cap = self._caps_usd.get(scope.partition(":")[0])
                micro = None if cap is None else round(cap * 1_000_000)
                session.add(BudgetRow(scope=scope, cap_microusd=micro))
        except IntegrityError:
            return  # another process was quicker


def settle(session: Session, row: GenerationRow, cost_microusd: int) -> None:
    """Turn what is held for a generation into what it cost, in the writer's own transaction.

    A settlement apart from the write that ends a generation could be made twice, or never: nothing
    held and a cost is what a generation without a known price looks like, too.
    """
    held, row.held_microusd = row.held_microusd, 0
    for scope in scopes_of(row.tenant, row.project):
        session.execute(
            update(BudgetRow)
            .where(BudgetRow.scope == scope)
            .values(
                held_microusd=BudgetRow.held_microusd - held,
                spent_microusd=BudgetRow.spent_microusd + cost_microusd,
            )
        )


def _exceeded(row: BudgetRow, amount_microusd: int) -> BudgetExceeded:
    cap, used = (row.cap_microusd or 0) / 1e6, (row.spent_microusd + row.held_microusd) / 1e6
    return BudgetExceeded(
        f"{row.scope} may spend {cap:.2f} USD and has {used:.2f} USD spent or reserved; "
        f"this generation needs {amount_microusd / 1e6:.2f} USD.",
        hint="Raise the cap, or choose cheaper providers. Nothing was sent.",
    )
