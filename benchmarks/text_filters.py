"""What learning is compared with: bogofilter, and a plain TF-IDF with logistic regression over the words of the whole mail."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Labels = Sequence[tuple[str, bool]]  # mail, whether it is noise
Scores = list[tuple[str, float]]  # mail, how sure it is noise


class Words:
    """Word counts of all mails; a word counts for a training only if one of its mails has it."""

    def __init__(self, texts: Sequence[str], names: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer

        self._row_of = {name: row for row, name in enumerate(names)}
        self._counts: Any = CountVectorizer().fit_transform(texts).tocsr()

    def p_noise(self, train: Labels, test: Sequence[str]) -> Scores:
        """How probably each mail is noise, for a model trained on `train`."""
        from sklearn.feature_extraction.text import TfidfTransformer
        from sklearn.linear_model import LogisticRegression

        counts = self._counts[[self._row_of[name] for name, _ in train]]
        seen = counts.getnnz(axis=0).nonzero()[0]
        weighing = TfidfTransformer()
        matrix = weighing.fit_transform(counts[:, seen])
        model = LogisticRegression(C=10, class_weight="balanced", solver="liblinear", random_state=0)
        model.fit(matrix, [is_noise for _, is_noise in train])
        rows = self._counts[[self._row_of[name] for name in test]][:, seen]
        sure = model.predict_proba(weighing.transform(rows))[:, list(model.classes_).index(True)]
        return list(zip(test, map(float, sure), strict=True))


def bogofilter_is_here() -> bool:
    """Whether the program is installed (Debian package `bogofilter`)."""
    return shutil.which("bogofilter") is not None


def bogofilter(train: Labels, test: Sequence[str], mails: Mapping[str, bytes]) -> Scores:
    """What bogofilter makes of each mail: noise is its spam. Its words lie in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="bogofilter-") as scratch:
        words, folder = Path(scratch) / "words", Path(scratch) / "mails"
        words.mkdir()
        folder.mkdir()
        for name in [name for name, _ in train] + list(test):
            (folder / name).write_bytes(mails[name])
        # -C: no configuration of this machine counts; -b: names of mails come on standard input.
        for flag, is_spam in (("-s", True), ("-n", False)):
            _run(["-C", "-d", str(words), flag, "-b"], [folder / name for name, is_noise in train if is_noise is is_spam])
        answers = _run(["-C", "-d", str(words), "-T", "-v", "-b"], [folder / name for name in test])
    found = {}
    for line in answers.splitlines():
        file, _verdict, score = line.rsplit(None, 2)
        found[Path(file).name] = float(score)
    return [(name, found[name]) for name in test]


def _run(words: Sequence[str], files: Sequence[Path]) -> str:
    done = subprocess.run(["bogofilter", *words], input="\n".join(map(str, files)) + "\n", capture_output=True, text=True)
    if done.returncode > 2:  # 0, 1 and 2 are answers: spam, ham, unsure
        raise RuntimeError(f"bogofilter: {done.stderr.strip()}")
    return done.stdout
