"""The model's card: in words, what it is for, what it was made from and what it is worth."""

from __future__ import annotations

from mailtriage.classify.manifest import Manifest


def card(manifest: Manifest) -> str:
    """The text of `card.md`."""
    quality = manifest.quality
    labels = ", ".join(f"{count} {label}" for label, count in manifest.labels.items()) or "none"
    rows = "\n".join(
        f"| {kind} | {counts.get('noise', 0)} | {counts.get('digest', 0)} | {counts.get('event', 0)} | {counts.get('human', 0)} |"
        for kind, counts in manifest.kinds.items()
    )
    parts = [
        "# A model of mailtriage",
        "For: dropping report mails that look in every line, number and repeat like mails approved as noise, and ranking what is kept.\n"
        "Not for: deciding what is urgent in mails of senders it has never seen, or anything but root's report mail.",
        f"Made by mailtriage {manifest.product} with numpy {manifest.numpy}"
        + (f" and scikit-learn {manifest.scikit_learn}" if manifest.scikit_learn else "")
        + f". Newest mail: {manifest.newest_mail or 'without a date'}. Labels: {labels}.",
        f"Training digest: `{manifest.training_digest}`",
        *([f"It also knows what model {manifest.base} knows as quiet."] if manifest.base else []),
        ("With a classifier" if manifest.has_classifier else "Without a classifier") + (f": {manifest.note}." if manifest.note else "."),
        _measured(manifest),
    ]
    if manifest.n_contradictions:
        parts.append(
            f"{manifest.n_contradictions} mails labelled as to be seen look like approved ones; "
            "lines of theirs were taken out of the gate until it held them. Look at these labels again."
        )
    parts.append(
        "Limits: the figures hold for faults like those labelled. A fault that changes no line, number, repeat or row is not seen; "
        "a host with fewer than four approved mails is compared with the fleet only. "
        f"Veto below p(drop) {manifest.veto_threshold}, raise from p(event) {manifest.raise_threshold}."
    )
    if quality.split != "none":
        parts.append("| kind | noise | digest | event | human |\n| --- | --- | --- | --- | --- |\n" + rows)
    return "\n\n".join(parts) + "\n"


def _measured(manifest: Manifest) -> str:
    quality = manifest.quality
    if quality.split == "none":
        return "Nothing measured."
    unseen = "hosts" if quality.split == "host" else "mails"
    share = f" ({100 * quality.n_noise_dropped / quality.n_noise:.1f} %)" if quality.n_noise else ""
    bound = f", at most {100 * quality.wrong_drop_bound:.2f} % with 95 % confidence" if quality.n_must_see else ""
    return (
        f"Measured on {unseen} not trained on, learning alone without rules: {quality.n_wrong_drops} of {quality.n_must_see} "
        f"must-see mails dropped{bound}; {quality.n_noise_dropped} of {quality.n_noise} noise mails dropped{share}; "
        f"the classifier vetoed {quality.n_vetoes} of the noise mails the gate let through."
    )
