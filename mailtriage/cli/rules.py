"""`rules`: check, list and explain the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import JsonOption, NowOption, moment, print_json, print_table
from mailtriage.cli.triage import RulesOption

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check, list and explain the rules.")
app.add_typer(commands, name="rules")


@commands.command()
def check(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="A folder of rules, or one rule file. Default: the shipped rules.")
    ] = None,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Check rules: syntax, inline examples, dead and shadowed rules, review dates. Exit 0 good, 1 findings, 2 broken.

    Example: mailtriage rules check rules
    """
    from mailtriage import rulebook as book
    from mailtriage.shipped import shipped
    from mailtriage.text import plural

    rulebook = book.load(path if path is not None else shipped("rules"))
    findings = book.check(rulebook, today=moment(now).date())
    if as_json:
        print(book.as_json(findings))
    else:
        if findings:
            print(book.as_text(findings))
        print(f"{plural(len(rulebook.rules), 'rule')}, {plural(len(findings), 'finding')}")
    raise typer.Exit(book.exit_code(findings))


@commands.command("list")
def list_rules(rules: RulesOption = None, as_json: JsonOption = False) -> None:
    """List the rules.

    Example: mailtriage rules list
    """
    from mailtriage.cli.triage import rulebook_for

    found = rulebook_for(rules).rules
    rows = [
        {
            "id": rule.id,
            "kind": rule.kind,
            "section": rule.section,
            "action": str(rule.action),
            "severity": rule.severity,
            "reason": rule.reason,
        }
        for rule in found
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(
            [tuple(value or "-" for value in row.values()) for row in rows], ("ID", "KIND", "SECTION", "ACTION", "SEVERITY", "REASON")
        )


@commands.command()
def explain(
    mail: Annotated[Path, typer.Argument(metavar="MAIL", help="A file with one mail or several.")],
    rules: RulesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which rule decides what in a mail that was never received.

    Example: mailtriage rules explain samples/cron/rsync-quiet.eml
    """
    from datetime import UTC, datetime

    from mailtriage.cli.triage import rulebook_for
    from mailtriage.explain import as_json as outcome_json
    from mailtriage.explain import why
    from mailtriage.pipeline import NoHistory, triage
    from mailtriage.receive.files import read_mails
    from mailtriage.types import RawMail

    rulebook, at = rulebook_for(rules), datetime.now(UTC)
    for label, data in read_mails(mail):
        outcome = triage(RawMail(id=label, received_at=at, data=data), rulebook, None, NoHistory(), at)
        print(json.dumps(outcome_json(outcome, label), ensure_ascii=False) if as_json else why(outcome))
