"""What the store knows of learning: labels, the kinds it may act on, what was done to it, and what it said day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from mailtriage.store import _rows
from mailtriage.store._sqlite import Database, iso
from mailtriage.store._sqlite import sql_text as _sql
from mailtriage.store.values import Label, LearntDay, Promotion, Step
from mailtriage.text import one_line
from mailtriage.types import Judged, Outcome, Verdict

_DETAIL = 500


class Learning:
    """The tables of one store that learning rests on. Labels are a stack: what is taken back last was said last."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # Labels

    def add_label(self, label: Label) -> None:
        """Writes a label of a mail and section that exist (`Store.label` checks it); the newest of a mail and section stands."""
        with self._db.transaction():
            texts = (_sql(label.why), _sql(label.who), iso(label.at), label.how, _sql(label.question))
            self._db.run("label", (label.mail_id, _sql(label.section or ""), label.verdict, *texts))
            self.note("label", label.mail_id, _said(label), who=label.who, at=label.at)

    def take_back(self, mail_id: str, section: str | None = None, *, who: str, at: datetime) -> Label | None:
        """Takes back the newest label of the mail, or of this section of it, as if it had never been given; None when there is none."""
        with self._db.transaction():
            rows = self._db.rows("unlabel", {"mail_id": mail_id, "section": section if section is None else _sql(section)})
            if not rows:
                return None
            label = _rows.label(rows[0])
            self.note("unlabel", mail_id, _said(label), who=who, at=at)
            return label

    def take_back_answer(self, question: str, *, who: str, at: datetime) -> tuple[Label, ...]:
        """Takes back all labels that answered a question about a cluster, as if it had never been answered."""
        with self._db.transaction():
            labels = tuple(map(_rows.label, self._db.rows("unanswer", (_sql(question),))))
            for label in labels:
                self.note("unlabel", label.mail_id, _said(label), who=who, at=at)
            return labels

    def newest(self, mail_id: str, section: str | None = None) -> Label | None:
        """The label that `take_back` would take back."""
        rows = self._db.rows("newest_label", {"mail_id": mail_id, "section": section if section is None else _sql(section)})
        return _rows.label(rows[0]) if rows else None

    def labels(self, mail_id: str | None = None) -> tuple[Label, ...]:
        """The labels that stand, or those of one mail, in the order they were given."""
        return tuple(map(_rows.label, self._db.rows("labels") if mail_id is None else self._db.rows("labels_of", (mail_id,))))

    # What training reads

    def unlabelled_mails(self, per_kind: int, most: int) -> tuple[str, ...]:
        """Mails nobody corrected whose bytes are kept, newest first: at most so many of a kind, and in all."""
        return tuple(row["id"] for row in self._db.rows("unlabelled_mails", {"per_kind": per_kind, "most": most}))

    def newest_mails(self, most: int) -> tuple[str, ...]:
        """The newest mails whose bytes are kept, without those of people."""
        return tuple(row["id"] for row in self._db.rows("newest_mails", (most,)))

    def n_mails(self, kind: str) -> int:
        """How many mails of a kind there ever were."""
        return int(self._db.value("n_mails_of_kind", (_sql(kind),)))

    def never_freeze(self, mail_ids: Iterable[str]) -> None:
        """A model in force would have dropped these labelled mails wrongly: from now on they are always trained on."""
        self._db.run_many("never_freeze", [(mail_id,) for mail_id in mail_ids])

    def never_frozen(self) -> frozenset[str]:
        """The mails given to `never_freeze`."""
        return frozenset(row["mail_id"] for row in self._db.rows("never_frozen"))

    # Promotions

    def promoted(self) -> frozenset[str]:
        """The kinds on which learning may act."""
        return frozenset(row["kind"] for row in self._db.rows("promotions"))

    def promotions(self) -> tuple[Promotion, ...]:
        """The same with who decided it, when, and on what it rested."""
        return tuple(
            Promotion(kind=row["kind"], at=datetime.fromisoformat(row["at"]), who=row["who"], detail=row["detail"])
            for row in self._db.rows("promotions")
        )

    def promote(self, kind: str, *, who: str, at: datetime, detail: str) -> bool:
        """Lets learning act on a kind; False when it did already."""
        with self._db.transaction():
            if not self._db.run("promote", (_sql(kind), iso(at), _sql(who), _sql(detail))).rowcount:
                return False
            self.note("promote", kind, detail, who=who, at=at)
            return True

    def retire(self, kind: str, *, who: str, at: datetime, detail: str = "") -> bool:
        """Takes it back; False when learning did not act on the kind."""
        with self._db.transaction():
            if not self._db.run("retire", (_sql(kind),)).rowcount:
                return False
            self.note("retire", kind, detail, who=who, at=at)
            return True

    # What was done

    def note(self, what: str, subject: str, detail: str, *, who: str, at: datetime) -> None:
        """Writes down one step."""
        self._db.run("add_step", (iso(at), what, _sql(subject), _sql(who), _sql(one_line(detail, _DETAIL))))

    def steps(self, limit: int = 20) -> tuple[Step, ...]:
        """The last steps, oldest first."""
        return tuple(map(_step, self._db.rows("steps", (limit,))))

    def decisions(self, limit: int = 20) -> tuple[Step, ...]:
        """The last steps that are no labels, oldest first."""
        return tuple(map(_step, self._db.rows("decisions", (limit,))))

    # What learning said, day by day

    def count(self, outcome: Outcome) -> None:
        """Counts what learning said of one mail."""
        asked = [judged for judged in outcome.sections if judged.p_drop is not None]
        if not asked:
            return
        held = [reason.detail for judged in asked for reason in judged.reasons if _is_hold(reason.by, reason.detail)]
        self._db.run(
            "count_learnt",
            {
                "day": iso(outcome.received_at)[:10],
                "kind": outcome.kind,
                "n": len(asked),
                "n_held": len(held),
                "n_new": sum(detail.startswith("held: new line") for detail in held),
                "n_vetoed": sum(map(_is_vetoed, asked)),
            },
        )

    def days(self, since: date, before: date) -> tuple[LearntDay, ...]:
        """The counts of the days from `since` on, `before` not among them."""
        rows = self._db.rows("learnt_days", (since.isoformat(), before.isoformat()))
        return tuple(
            LearntDay(
                day=date.fromisoformat(row["day"]),
                kind=row["kind"],
                n=row["n"],
                n_held=row["n_held"],
                n_new=row["n_new"],
                n_vetoed=row["n_vetoed"],
            )
            for row in rows
        )


def floors(judged: Judged) -> tuple[str, ...]:
    """The entries of the floor that a section hit: such a section is never dropped, whatever its labels say."""
    return tuple(reason.by.removeprefix("floor ") for reason in judged.reasons if reason.by.startswith("floor "))


def _is_hold(by: str, detail: str) -> bool:
    return by.startswith("gate ") and detail.startswith("held: ")


def _is_vetoed(judged: Judged) -> bool:
    first = judged.reasons[0]
    return judged.verdict is not Verdict.EVENT and first.by.startswith("model ") and first.detail.startswith("vetoes")


def _said(label: Label) -> str:
    where = f" section {label.section}" if label.section else ""
    why = f": {label.why}" if label.why else ""
    return f"{label.verdict}{where}{why}"


def _step(row: Any) -> Step:
    return Step(at=datetime.fromisoformat(row["at"]), what=row["what"], subject=row["subject"], who=row["who"], detail=row["detail"])
