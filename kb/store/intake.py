"""Takes files into the library: what changed is read, cut, embedded and kept; the rest is left alone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from kb.config import ModelSettings
from kb.errors import ReadError
from kb.ingest.identity import document_id
from kb.ingest.reading import Reading
from kb.ingest.recognise import available
from kb.ingest.sandbox import ParserProcess
from kb.ports import Embedder
from kb.store import documents, sites
from kb.store.arrival import Arrival, IntakeOptions
from kb.store.articles import articles_of
from kb.store.deleting import let_back
from kb.store.embedding import Progress, missing_vectors, switch_model
from kb.store.failures import Failures
from kb.store.files import KnownFile
from kb.store.holdings import looks_like, read_file
from kb.store.places import find_sources, is_upload, place_of
from kb.store.prune import prune
from kb.store.sites import Sites
from kb.store.steps import Steps
from kb.store.store import Store
from kb.store.tally import Articles, Tally, Told, unheard
from kb.types import Failure, IngestReport

_AHEAD = 3  # files that are parsed while one is embedded
_CHANGED = "which had the same bytes, changed while it was read: run again when it is finished"


def take_in(
    store: Store,
    embedder: Embedder,
    model: ModelSettings,
    paths: Sequence[Path],
    options: IntakeOptions,
    progress: Progress,
    told: Told = unheard,
) -> IngestReport:
    """Takes files and folders in; each file is one transaction, so a run that is cut off goes on later.

    Others' short changes come between the files. Raises `Busy` while another run goes on, `StorageFull`
    when the disk is; one bad file is a `Failure` in the report and the others go on. `told` hears what
    becomes of each.
    """
    started = time.monotonic()
    tally = Tally(told=told)
    paths = [path if is_upload(str(path)) else path.absolute() for path in paths]
    active = store.active_model()
    brief = options.brief and active is not None and active.name == embedder.name
    with store.turn() if brief else store.running():
        try:
            switch_model(store, embedder, model, progress)
            store.find_families(lambda done, total: progress("families", done, total, ""))
            if options.let_back:
                with store.turn():
                    let_back(store, paths)
            found, failures = find_sources(paths)
            tally.fails(*failures)
            run = _Run(store, embedder, options, progress, tally, found)
            run.go()
            run.failures.forget_others(paths)
            if options.prune:
                with store.turn():
                    tally.removed += prune(store, paths, found)
        finally:
            with tally.clock.measured("index"), store.turn():
                store.bring_up()
    report = tally.report(time.monotonic() - started)
    store.note_run(report)
    return report


class _Run:
    """One pass over the files found."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        options: IntakeOptions,
        progress: Progress,
        tally: Tally,
        found: Sequence[Path],
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.options = options
        self.progress = progress
        self.tally = tally
        self.found = found
        self.place = partial(place_of, store.layout)
        self.steps = Steps(store, self.place)
        with store.reading() as connection:
            # Scanned pages that nothing could read when they came: with the extra `ocr` they are read now.
            self.unread = documents.flagged_sources(connection, "needs_ocr") if available() else frozenset()
        self.failures = Failures(store, options.reprocess)
        self.twins: dict[str, list[KnownFile]] = {}  # by the file in hand whose bytes they have too
        self.sites = Sites()
        self.done = 0  # files

    def go(self) -> None:
        with ParserProcess(own=self.store.own_rules()) as parser, ThreadPoolExecutor(1) as ahead:
            waiting: list[Arrival] = []
            for path in self.found:
                with self.tally.clock.measured("examine"):
                    arrival = self._examine(path, parser, ahead)
                if arrival is None:
                    self.done += 1
                    self.progress("files", self.done, len(self.found), path.name)
                    continue
                waiting.append(arrival)
                if len(waiting) > _AHEAD:
                    self._settle(waiting.pop(0), parser, ahead)
            for arrival in waiting:
                self._settle(arrival, parser, ahead)
            if not self.options.brief:
                self._settle_sites(parser, ahead)

    def _settle_sites(self, parser: ParserProcess, ahead: ThreadPoolExecutor) -> None:
        """Reads files again of whose site this run has taught what is furniture; they are counted once."""
        with self.store.reading() as connection:
            sources = sites.unsettled(connection)
        self.sites = Sites()
        for source in sources:
            held = self.steps.holdings.get(source)
            if held is None or self.steps.holdings.on_disk(held) != "there":
                continue
            arrival = self._arrival(Path(source), held, held, parser, ahead)
            with contextlib.suppress(ReadError):  # it was read a moment ago: what is kept of that stays
                self._keep(arrival, arrival.parsed.result())
        with self.steps.turn():
            self.store.settle_sites()

    def _examine(self, path: Path, parser: ParserProcess, ahead: ThreadPoolExecutor) -> Arrival | None:
        """What is to be done with a file; None when nothing is, or it is done."""
        source = str(path)
        before = self.steps.holdings.get(source)
        try:
            place = self.place(source)
            failure = self.failures.recalled(source, place)
            if failure is not None:
                self.tally.fails(failure)
                return None
            same = before is not None and looks_like(place, before) and self.steps.holdings.stands(before)
            if same and not self._again(source):
                self.tally.stays(source)
                return None
            file = read_file(place, source)
        except OSError as error:
            self.tally.fails(Failure(source, f"cannot be read: {error.strerror or error}"))
            return None
        failure = self.failures.recalled_by_content(file)
        if failure is not None:
            self.tally.fails(failure)
            return None
        with self.steps.turn():
            if self._settled_by_content(before, file):
                return None
            self.steps.take_up(file)
        self.twins[source] = []
        self.tally.reading(source)
        return self._arrival(path, file, before, parser, ahead)

    def _arrival(
        self,
        path: Path,
        file: KnownFile,
        before: KnownFile | None,
        parser: ParserProcess,
        ahead: ThreadPoolExecutor,
    ) -> Arrival:
        """A file with its parsing under way."""
        with self.store.reading() as connection:
            restored = tuple(self._restored(connection, file))
            site = self.sites.expected(connection, file.source)
        parsed = ahead.submit(self._parse, parser, path, restored, site)
        return Arrival(path, file, before, restored, site, parsed)

    def _restored(self, connection: Connection, file: KnownFile) -> Sequence[str]:
        return documents.restored_keys(connection, file.source, document_id(file.source))

    def _again(self, source: str) -> bool:
        """Whether a file is read again although it did not change."""
        return self.options.reprocess or source in self.unread

    def _parse(
        self, parser: ParserProcess, path: Path, restored: Sequence[str], site: frozenset[str]
    ) -> Reading:
        def watch(page: int) -> None:
            self.progress("files", self.done, len(self.found), f"{path.name} 第{page}页")

        source = str(path)
        with self.tally.clock.measured("parse"):
            return parser.read(self.place(source), source, watch, restored, sorted(site), path.name)

    def _settled_by_content(self, before: KnownFile | None, file: KnownFile) -> bool:
        """Whether the bytes are in the library already, under this name or another."""
        holder = self.steps.holdings.holder(file)
        if holder is not None and holder.source in self.twins:
            self.twins[holder.source].append(file)
            return True
        state = self.steps.holdings.on_disk(holder) if holder is not None else "changed"
        if holder is not None and state == "gone":
            self.store.move(holder.source, file)
            self.steps.holdings.drop(holder.source)
            self.steps.holdings.keep(file)
            self.tally.stays(file.source)
            return True
        if holder is not None and state == "there":
            self._keep_duplicate(replace(file, same_as=holder.source))
            return True
        own = before is not None and not before.same_as and before.sha256 == file.sha256
        if own and not self._again(file.source):
            self.store.remember(file)
            self.steps.holdings.keep(file)
            self.tally.stays(file.source)
            return True
        return False

    def _keep_duplicate(self, file: KnownFile) -> None:
        with self.steps.turn():
            self.store.remember_duplicate(file)
            self.steps.holdings.keep(file)
        self.tally.repeats(file.source, file.same_as)

    def _settle(self, arrival: Arrival, parser: ParserProcess, ahead: ThreadPoolExecutor) -> None:
        """Waits for the parser, then keeps what it found."""
        source = arrival.file.source
        self.progress("files", self.done, len(self.found), arrival.path.name)
        self.done += 1
        twins = self.twins.pop(source)
        try:
            with self.tally.clock.measured("wait"):
                parsed = arrival.parsed.result()
        except ReadError as error:
            self._give_up(arrival, [arrival.file, *twins], error)
            return
        kept = self._keep(arrival, parsed)
        if kept is None:
            again = self._arrival(arrival.path, arrival.file, arrival.before, parser, ahead)
            self.done, self.twins[source] = self.done - 1, twins
            self._settle(again, parser, ahead)
            return
        file, articles = kept
        self.steps.put_down(source)
        self.tally.took(source, articles)
        for twin in twins:
            if twin.sha256 == file.sha256:
                self._keep_duplicate(replace(twin, same_as=source))
            else:
                self.tally.fails(Failure(twin.source, f"{arrival.path.name}, {_CHANGED}"))
        with self.tally.clock.measured("index"):
            self.steps.freshen()
        self.progress("files", self.done, len(self.found), arrival.path.name)

    def _keep(self, arrival: Arrival, parsed: Reading) -> tuple[KnownFile, Articles] | None:
        """Keeps what was read of a file; the file as it was then, and its articles.

        None, and nothing is kept, when somebody has asked for a piece of it back since it was read.
        """
        clock = self.tally.clock
        with clock.measured("split"):
            articles = articles_of(self.store, arrival.file, parsed.documents)
        with clock.measured("embed"):
            vectors = missing_vectors(self.store, self.embedder, articles)
        file = replace(arrival.file, sha256=parsed.documents[0].sha256)
        with clock.measured("write"), self.steps.turn():
            with self.store.reading() as connection:
                if tuple(self._restored(connection, file)) != arrival.restored:
                    return None
            # What was corrected, deleted or forgotten while this was embedded.
            articles = articles_of(self.store, arrival.file, parsed.documents)
            vectors = missing_vectors(self.store, self.embedder, articles, vectors)
            self.store.save(file, articles, self.embedder.name, vectors, parsed.marks, arrival.site)
            self.steps.holdings.keep(file)
        return file, articles

    def _give_up(self, arrival: Arrival, same: Sequence[KnownFile], error: ReadError) -> None:
        """A file that cannot be read, and others with the same bytes; what the library had of it stays."""
        self.steps.put_down(arrival.file.source)
        for file in same:
            self.tally.fails(Failure(file.source, str(error)))
            self.failures.remember(file, error)
        self.steps.holdings.drop(arrival.file.source)
        if arrival.before is not None:
            self.steps.holdings.keep(arrival.before)
