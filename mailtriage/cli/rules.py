"""`rules`: check, list and explain the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mailtriage.cli import app
from mailtriage.cli.options import ConfigOption, JsonOption, NowOption, moment, print_json, print_table
from mailtriage.cli.triage import RulesOption
from mailtriage.text import plural

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check, list and explain the rules.")
app.add_typer(commands, name="rules")


@commands.command()
def check(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="PATH", help="A folder of rules, or one rule file. Default: the shipped rules with your own over them."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    now: NowOption = "",
) -> None:
    """Check rules: syntax, inline examples, dead and shadowed rules, review dates. Exit 0 good, 1 findings, 2 broken.

    Example: mailtriage rules check rules
    """
    from mailtriage import rulebook as book
    from mailtriage.cli.inventory import weights_of
    from mailtriage.cli.triage import chosen_rulebook
    from mailtriage.recognise import SectionNames

    rulebook = chosen_rulebook(path, config)
    groups = weights_of(config).inventory.groups if path is None or config else ()
    findings = book.check(rulebook, today=moment(now).date(), sections=SectionNames(), groups=groups)
    if as_json:
        print(book.as_json(findings))
    else:
        if findings:
            print(book.as_text(findings))
        print(f"{plural(len(rulebook.rules), 'rule')}, {plural(len(findings), 'finding')}")
    raise typer.Exit(book.exit_code(findings))


@commands.command("list")
def list_rules(rules: RulesOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the rules.

    Example: mailtriage rules list
    """
    from mailtriage.cli.triage import rulebook_for

    found = rulebook_for(rules, config).rules
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
def coverage(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Mails: .eml, .txt, mbox, Maildir, or folders of them.")],
    rules: RulesOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which rules these mails never ask for, and which of their sections no rule speaks of.

    Example: mailtriage rules coverage samples
    """
    from datetime import UTC, datetime

    from mailtriage import rulebook as book
    from mailtriage.cli.triage import rulebook_for
    from mailtriage.pipeline import read
    from mailtriage.receive.files import read_mails
    from mailtriage.recognise import SectionNames
    from mailtriage.types import RawMail

    at = datetime.now(UTC)
    raws = (RawMail(id=label, received_at=at, data=data) for path in paths for label, data in read_mails(path))
    found = book.coverage(rulebook_for(rules, config), (read(raw)[1] for raw in raws), SectionNames())
    if as_json:
        print_json(
            {
                "mails": found.n_mails,
                "sections": found.n_sections,
                "hits": found.hits,
                "never_hit": [rule.id for rule in found.never_hit],
                "drop_rules_without_near_miss": [rule.id for rule in found.without_near_miss],
                "silent_sections": [{"kind": kind, "section": name, "times": n} for (kind, name), n in found.silent.items()],
                "sections_without_rule": [{"kind": kind, "section": name} for kind, name in found.without_rule],
            }
        )
        return
    rows: list[tuple[object, ...]] = [("rule never hit", rule.id, str(rule.place)) for rule in found.never_hit]
    rows += [("drop rule without a near miss", rule.id, str(rule.place)) for rule in found.without_near_miss]
    rows += [("section no rule spoke on", f"{kind}/{name}", plural(n, "time")) for (kind, name), n in found.silent.items()]
    rows += [("section without any rule", f"{kind}/{name}", "-") for kind, name in found.without_rule]
    if rows:
        print_table(rows, ("WHAT", "WHICH", "WHERE"))
    seen = f"{plural(found.n_mails, 'mail')}, {plural(found.n_sections, 'section')}"
    print(f"{seen}; {plural(len(found.hits), 'rule')} hit, {len(found.never_hit)} not")


@commands.command()
def explain(
    mail: Annotated[Path, typer.Argument(metavar="MAIL", help="A file with one mail or several.")],
    rules: RulesOption = None,
    config: ConfigOption = None,
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

    rulebook, at = rulebook_for(rules, config), datetime.now(UTC)
    for label, data in read_mails(mail):
        outcome = triage(RawMail(id=label, received_at=at, data=data), rulebook, None, NoHistory(), at)
        print(json.dumps(outcome_json(outcome, label), ensure_ascii=False) if as_json else why(outcome))
