"""``providers``: who can make what here, what it costs, and what is missing to turn one on."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, table

if TYPE_CHECKING:
    from video_platform.agents.studio import Studio


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(providers)


def providers(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the providers of every capability, their prices, limits and missing keys."""
    from video_platform.bootstrap import build_studio

    studio = build_studio()
    rows = [describe_provider(studio, provider) for provider in studio.providers.all()]
    rows.sort(key=lambda row: (row["capability"], not row["configured"], row["name"]))
    if as_json:
        document(rows)
        return
    table(
        "Providers",
        ("capability", "name", "on", "model", "price", "missing"),
        (
            (
                row["capability"],
                row["name"],
                "yes" if row["configured"] else "no",
                row["default_model"],
                _priced(row["price"]),
                ", ".join(row["missing"]) or row["notice"],
            )
            for row in rows
        ),
    )


def _priced(price: list[dict[str, Any]]) -> str:
    return "; ".join(f"{row['usd']} USD a {row['unit']}" for row in price) or "free"


def describe_provider(studio: "Studio", provider: Any) -> dict[str, Any]:
    """One provider as ``--json`` shows it."""
    from video_platform.providers.prices import price_table

    service = getattr(provider, "service", None)
    model = getattr(provider, "model", "")
    missing = list(provider.missing()) if service is not None else []
    prices = [
        {
            "unit": price.unit,
            "usd": str(price.usd),
            "source": price.source,
            "read_on": price.read_on,
            "confidence": price.confidence,
        }
        for price in price_table().values()
        if service is not None and price.service == service.name and price.model in (model, "*")
    ]
    return {
        "name": provider.name,
        "capability": provider.capability.value,
        "configured": not missing,
        "default_model": model,
        "price": prices,
        "limits": provider.describe_limits() if service is not None else {},
        "missing": missing,
        "health": studio.service_health(service.name) if service is not None else "here",
        "notice": service.notice if service is not None else "",
    }
