"""Rules as an admin writes them: read, checked, and matched against sections. See docs/rules.md."""

from mailtriage.rulebook.book import Rulebook, load
from mailtriage.rulebook.coverage import Coverage, coverage
from mailtriage.rulebook.lint import check
from mailtriage.rulebook.past import Past
from mailtriage.rulebook.report import Finding, Level, as_json, as_text, exit_code
from mailtriage.rulebook.rule import Action, Condition, Problem, Rule
from mailtriage.rulebook.ruling import FloorHit, Hit, Ruling

__all__ = [
    "Action",
    "Condition",
    "Coverage",
    "Finding",
    "FloorHit",
    "Hit",
    "Level",
    "Past",
    "Problem",
    "Rule",
    "Rulebook",
    "Ruling",
    "as_json",
    "as_text",
    "check",
    "coverage",
    "exit_code",
    "load",
]
