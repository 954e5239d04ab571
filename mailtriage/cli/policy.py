"""`policy`: the table by which severity and order follow from what is known of a host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailtriage.cli import app
from mailtriage.cli.inventory import weights_of
from mailtriage.cli.options import ConfigOption, JsonOption, print_json, print_table
from mailtriage.text import one_line

if TYPE_CHECKING:
    from mailtriage.inventory import Row, Weights

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="How much a host's problems weigh.")
app.add_typer(commands, name="policy")


@commands.callback()
def group() -> None:
    """How much a host's problems weigh."""


@commands.command()
def show(
    host: Annotated[str, typer.Argument(metavar="[HOST]", help="A host: which row decides for it?")] = "",
    check: Annotated[str, typer.Argument(metavar="[CHECK]", help="The check that has a problem, such as zfs_pool.")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="The kind of the mail that says so.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the policy in force, and which row decides for a problem on a host. Exit 1 if inventory or policy is not as configured.

    Example: mailtriage policy show web07.example.org zfs_pool
    """
    weights = weights_of(config)
    example = _example(weights, host, check, kind) if host else None
    if as_json:
        rows = [_row(number, row) for number, row in enumerate(weights.policy.rows, 1)]
        print_json({"path": weights.policy.path, "rows": rows, "example": example, "notes": list(weights.notes)})
    else:
        if example is None:
            _print_table(weights)
        else:
            _print_example(example, weights)
        for note in weights.notes:
            print(one_line(note, 400))
    raise typer.Exit(1 if weights.notes else 0)


def _example(weights: Weights, host: str, check: str, kind: str) -> dict[str, Any]:
    from mailtriage.types import Severity

    number, row = weights.policy.row_for(host, check, kind, weights.inventory.attributes_of(host))
    return {
        "host": host,
        "check": check,
        "kind": kind,
        "is_known": len(weights.inventory.candidates(host)) == 1,
        "row": number or None,
        "weight": row.weight if row else 1.0,
        "severities": {str(given): str(row.severity(given) if row else given) for given in Severity},
    }


def _row(number: int, row: Row) -> dict[str, Any]:
    return {
        "row": number,
        "line": row.place.line,
        "conditions": row.conditions,
        "severity": row.effect,
        "weight": row.weight,
        "reason": row.reason,
    }


def _print_table(weights: Weights) -> None:
    rows: list[tuple[object, ...]] = [
        (number, row.effect, f"{row.weight:g}", row.reason or "-", row.conditions) for number, row in enumerate(weights.policy.rows, 1)
    ]
    print_table(rows, ("ROW", "SEVERITY", "WEIGHT", "REASON", "CONDITIONS"))
    print("the first row that fits decides; where none does, the severity stays and the weight is 1")
    print(f"from {weights.policy.path}")


def _print_example(example: dict[str, Any], weights: Weights) -> None:
    what = "/".join(one_line(part) for part in (example["host"], example["check"]) if part)
    if not example["is_known"]:
        print(f"{one_line(example['host'])} is in no inventory, or may be several of it")
    if example["row"] is None:
        print(f"{what}: no row fits, the severity stays and the weight is 1")
        return
    row = weights.policy.rows[example["row"] - 1]
    print(f"{what}: row {example['row']} decides ({row.conditions}){f': {row.reason}' if row.reason else ''}")
    changes = [f"{given} becomes {after}" for given, after in example["severities"].items() if given != after]
    print(f"  {', '.join(changes) or 'every severity stays'}; weight {row.weight:g}")
