"""kill -9 at any moment of `kb ingest` loses no committed document and never answers from half an index."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from commands import kb
from hashing import HashEncoder, embeddings_server
from running import (
    NOTHING,
    Run,
    Truth,
    assert_answers,
    committed,
    derived_is_being_written,
    fill,
    generated_text,
    gone,
    ingest,
    problems_of,
    variables,
)

KILLS = 30
SEED = 20261122
STARTING = 0.2  # share of the kills that fall before the first commit
# The runs of a round, over one index, none of which but the last comes to its end.
TURNS = ("first", "resumed", "resumed", "reprocess", "changed", "reprocess")


class Campaign:
    """Kills runs over one folder, round after round, and holds what is left against what was there."""

    def __init__(self, place: Path, env: dict[str, str]) -> None:
        self.place, self.env = place, env
        self.random = random.Random(SEED)
        self.folder = place / "docs"
        fill(self.folder)
        self.versions: dict[str, set[str]] = {}  # every version that a source had when all went well
        self.starting = 0.0  # seconds before the first commit
        self.commits = 0  # of an undisturbed run
        self.kills: list[str] = []
        self.checked = 0

    def home(self, name: str) -> Path:
        folder = self.place / name
        (folder / "indexes").mkdir(parents=True)
        return folder

    def measure(self) -> None:
        """Undisturbed runs: what they do and how long they take, for both editions of the files."""
        home = self.home("undisturbed")
        with ingest(home, self.env, self.folder) as run:
            while (committed(home) or NOTHING).generation < 2 and run.running:
                time.sleep(0.02)
            self.starting = run.seconds
            run.finish()
        self.commits = self.learn(home)
        self.change(1)
        with ingest(home, self.env, self.folder) as run:
            run.finish()
        self.learn(home)
        self.change(0)

    def learn(self, home: Path) -> int:
        truth = committed(home) or NOTHING
        for kept in truth.documents.values():
            self.versions.setdefault(kept.source, set()).add(kept.version)
        return truth.generation

    def change(self, edition: int) -> None:
        """Another edition of every second generated file."""
        for path in sorted(self.folder.glob("生成*.txt"))[::2]:
            path.write_text(generated_text(path.stem, edition), encoding="utf-8")

    def play(self, number: int) -> None:
        """A round from an empty index: killed runs one after the other, then one to the end."""
        home = self.home(f"round{number}")
        for turn, kind in enumerate(TURNS):
            if kind == "changed":
                self.change(1 - number % 2)
            words = {"reprocess": ["--reprocess"], "changed": ["--prune", "--reprocess"]}.get(kind, [])
            place = number * len(TURNS) + turn
            share = (place * 7 % KILLS + self.random.random()) / KILLS  # each thirtieth of a run is met once
            self.kill(home, share, writing=place % 3 == 2, words=[self.folder, *words])
        ended = kb("ingest", self.folder, "--json", home=home, env=self.env)
        assert ended.code == 0, ended.err
        checked = kb("check", "--json", home=home, env=self.env)
        assert (checked.code, checked.json["ok"]) == (0, True)
        sources = {kept.source for kept in (committed(home) or NOTHING).documents.values()}
        assert sources == self.versions.keys()
        shutil.rmtree(home)

    def kill(self, home: Path, share: float, writing: bool, words: list[str | Path]) -> None:
        with ingest(home, self.env, *words) as run:
            before = self.watch(run, share, writing)
            children, seconds, alive = run.children(), run.seconds, run.running
            run.end(signal.SIGKILL)
        where = f"{share:.2f} of the run, {seconds:.1f} s" + (" (writing)" if writing else "")
        assert alive, f"the run was over: {where}"
        assert gone(children, 10), "the parser outlived its parent"
        self.hold(home, before, where)
        self.kills.append(where)

    def watch(self, run: Run, share: float, writing: bool) -> Truth:
        """Reads the truth until the moment has come; what it held last.

        The first moments are counted in time, the later ones in commits, so that neither a slow machine nor
        files that are known already shift them; some then wait for a derived file to be written.
        """
        first = committed(run.home) or NOTHING
        reprocessing = "--reprocess" in map(str, run.words)
        left = self.commits if reprocessing else self.commits - first.generation
        wanted = first.generation + max(1, round((share - STARTING) / (1 - STARTING) * left))
        last = first
        while run.running:
            last = committed(run.home) or last
            if share < STARTING and not writing:
                due = run.seconds >= share / STARTING * self.starting
            else:
                due = last.generation >= wanted and (not writing or derived_is_being_written(run.home))
            if due:
                break
            time.sleep(0.003 if writing else 0.015)
        return last

    def hold(self, home: Path, before: Truth, where: str) -> None:
        """Looks at a copy: the next run must meet what this one left, not what a reader mended."""
        copy = Path(shutil.copytree(home, self.place / "copy"))
        problems = problems_of(copy, self.env)
        assert all("behind" in problem for problem in problems), (where, problems)
        after = committed(copy)
        assert after is not None, where
        lost = before.documents.keys() - after.documents.keys()
        assert not lost, (where, lost)
        kept = after.documents.values()
        assert not [one for one in kept if one.version not in self.versions[one.source]], where
        assert_answers(copy, self.env, before.documents)
        assert not problems_of(copy, self.env), where
        self.checked += len(before.documents)
        shutil.rmtree(copy)


@pytest.mark.slow
def test_no_kill_loses_a_committed_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with embeddings_server(HashEncoder("kill"), lambda _: time.sleep(0.02)) as model:
        campaign = Campaign(tmp_path, variables(model))
        campaign.measure()
        for number in range(KILLS // len(TURNS)):
            campaign.play(number)
    assert len(campaign.kills) == KILLS
    with capsys.disabled():
        print(f"\n{KILLS} kill points, {campaign.checked} times a committed document was looked for, 0 lost:")
        print("; ".join(sorted(campaign.kills)))
