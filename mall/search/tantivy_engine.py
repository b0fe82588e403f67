"""The embedded search engine: an index in a folder, written by the worker and read by every web process."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import tantivy
from tantivy import Query as Clause

from mall.crash_point import INDEX_NOT_CURRENT, crash_point
from mall.search.document import Document
from mall.search.document_spool import DocumentSpool
from mall.search.engine import EngineUnavailable, Health, Progress, Stats
from mall.search.language import REMAINDER, Language, Plan, learn_vocabulary, learn_words, rewritable
from mall.search.query import HITS_MAX, PAGE_SIZE_MAX, Query, Result, Suggestion
from mall.search.synonyms import DEFAULT_TABLE, SynonymRow
from mall.search.tantivy_query import ClauseBuilder
from mall.search.tantivy_schema import SORT_FIELDS, SUGGESTION_SEPARATOR, pour, squeezed
from mall.search.tantivy_store import Generation, GenerationStore, Mark
from mall.search.words import normalise

FACET_VALUES_MAX = 1_000
"""Distinct values counted per facet; the counts of those given are exact."""
WRITER_HEAP_BYTES = 30_000_000
REBUILD_HEAP_BYTES = 128_000_000
PROGRESS_EVERY = 1_000
TIES_BLOCK = 200
STAMPS_BLOCK = 20_000
HITS_OF_CATEGORY_MIN = 3
"""Fewer of the best hits in a category say nothing about what is meant."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the index, for the length of one question."""

    generation: Generation
    searcher: tantivy.Searcher

    def builder(self) -> ClauseBuilder:
        return ClauseBuilder(schema=self.generation.schema, searcher=self.searcher)


class TantivyEngine:
    """SearchEngine on a local folder. Threads may share one; a forked process may go on reading with it."""

    name = "tantivy"

    def __init__(self, *, folder: Path, read_only: bool, synonyms_table: Path = DEFAULT_TABLE) -> None:
        self._store = GenerationStore(folder=folder, synonyms_table=synonyms_table)
        self._synonyms_table = synonyms_table
        self._more_synonyms: tuple[SynonymRow, ...] = ()
        self._read_only = read_only
        self._reading = threading.Lock()
        self._writing = threading.RLock()
        self._rebuilding = threading.Lock()
        self._generation: Generation | None = None
        self._pointer: Mark | None = None
        self._commit: Mark | None = None
        self._writer: tantivy.IndexWriter | None = None
        self._journal: dict[int, Document | None] | None = None

    # -- how it is -------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Say how the index is, without ever raising."""
        try:
            generation = self._snapshot().generation
        except EngineUnavailable as error:
            return Health(state="down", detail=str(error))
        if self._is_outdated(generation):
            return Health(state="needs_rebuild", detail=generation.name)
        return Health(state="ready", detail=generation.name)

    def use_synonyms(self, rows: tuple[SynonymRow, ...]) -> None:
        """Synonyms act on questions alone: nothing is written."""
        self._more_synonyms = rows

    def stats(self) -> Stats:
        """Return the size of the index."""
        snapshot = self._snapshot()
        return Stats(
            listings=snapshot.searcher.num_docs,
            size_bytes=snapshot.generation.size_bytes(),
            generation=snapshot.generation.name,
            language_version=snapshot.generation.language.version,
        )

    def stamps(self, ids: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
        """Yield (listing id, stamp) by growing id, of one state of the index."""
        snapshot = self._snapshot()
        clause = (
            Clause.all_query()
            if ids is None
            else Clause.term_set_query(snapshot.generation.schema, "id", sorted(ids))
            if ids
            else Clause.empty_query()
        )
        searcher, last = snapshot.searcher, -1
        while True:
            beyond = Clause.range_query(snapshot.generation.schema, "id", tantivy.FieldType.Integer, last + 1, None)
            both = Clause.boolean_query([(tantivy.Occur.Must, clause), (tantivy.Occur.Must, beyond)])
            found = searcher.search(both, STAMPS_BLOCK, count=False, order_by_field="id", order=tantivy.Order.Asc)
            addresses = [address for _, address in found.hits]
            if not addresses:
                return
            listing_ids = searcher.fast_field_values("id", addresses)
            yield from zip(listing_ids, searcher.fast_field_values("stamp", addresses), strict=True)
            last = listing_ids[-1]

    def close(self) -> None:
        """Let go of the writer's lock; what was not refreshed is lost."""
        with self._writing:
            self._writer = None
            self._store.unlock()
        with self._reading:
            self._generation = None
            self._pointer = self._commit = None

    # -- writing ---------------------------------------------------------------------------------------------

    def ensure(self) -> bool:
        """Make sure there is an index; True when it must be rebuilt from the database."""
        with self._writing:
            self._become_writer()
            name = self._store.current_name()
            if name is None:
                words = learn_words((), synonyms_table=self._synonyms_table)
                language = Language(words=words, synonyms_table=self._synonyms_table)
                self._store.point_to(self._store.create(language=language, complete=False))
                return True
            try:
                return self._is_outdated(self._store.open(name))
            except EngineUnavailable:
                return True

    def upsert(self, documents: Iterable[Document]) -> int:
        """Put documents in, replacing those of the same id; take out those off the shelf."""
        return self._write((document.id, document if document.on_shelf else None) for document in documents)

    def delete(self, ids: Iterable[int]) -> int:
        """Take documents out; unknown ids are fine."""
        return self._write((listing_id, None) for listing_id in ids)

    def refresh(self) -> None:
        """Commit what was written, and see it."""
        with self._writing:
            if self._writer is not None:
                self._writer.commit()
                self._writer.garbage_collect_files()
        self._snapshot()

    def rebuild(self, documents: Iterable[Document], *, progress: Progress | None = None) -> int:
        """Build a new generation beside the current one and point to it; readers change over at their next question."""
        with self._rebuilding:
            with self._writing:
                self._become_writer()
                self._journal = {}
            try:
                return self._rebuild(documents, progress=progress)
            finally:
                with self._writing:
                    self._journal = None

    def _rebuild(self, documents: Iterable[Document], *, progress: Progress | None) -> int:
        with DocumentSpool(folder=self._store.folder) as spool:
            spool.fill(documents)
            words = learn_words(spool.names, synonyms_table=self._synonyms_table)
            language = Language(words=words, synonyms_table=self._synonyms_table)
            fresh = self._store.create(language=language, complete=True)
            try:
                writer, counts, count = self._fill(fresh, spool, progress=progress)
                taught = Language(words=words, vocabulary=learn_vocabulary(counts), synonyms_table=self._synonyms_table)
                self._store.describe(replace(fresh, language=taught))
                self._change_over(fresh, writer)
            except BaseException:
                self._store.remove(fresh)
                raise
        return count

    def _fill(
        self, generation: Generation, documents: Iterable[Document], *, progress: Progress | None
    ) -> tuple[tantivy.IndexWriter, Counter[str], int]:
        """Write all documents; return the writer, listings by Chinese word, and the number of documents."""
        writer = generation.index.writer(heap_size=REBUILD_HEAP_BYTES, num_threads=1)
        counts: Counter[str] = Counter()
        count = 0
        for count, document in enumerate(documents, start=1):
            poured = pour(document, language=generation.language)
            text = " ".join((*poured["name"], *poured["keywords"], *poured["category_words"], *poured["brand_words"]))
            counts.update(rewritable(dict.fromkeys(text.split())))
            writer.add_document(poured)
            if progress and count % PROGRESS_EVERY == 0:
                progress(count)
        writer.commit()
        if progress:
            progress(count)
        return writer, counts, count

    def _change_over(self, fresh: Generation, writer: tantivy.IndexWriter) -> None:
        """Bring the new generation up to date with the changes of the meantime and make it current."""
        with self._writing:
            for listing_id, document in (self._journal or {}).items():
                _replace(writer, listing_id, document, language=fresh.language)
            writer.commit()
            writer.wait_merging_threads()
            previous = self._store.current_name()
            self._writer = None
            crash_point(INDEX_NOT_CURRENT)
            self._store.point_to(fresh)
            self._store.remove_old(keep={fresh.name, previous or ""})

    def _write(self, changes: Iterable[tuple[int, Document | None]]) -> int:
        count = 0
        with self._writing:
            writer, language = self._open_writer()
            for listing_id, document in changes:
                _replace(writer, listing_id, document, language=language)
                if self._journal is not None:
                    self._journal[listing_id] = document
                count += 1
        return count

    def _open_writer(self) -> tuple[tantivy.IndexWriter, Language]:
        """Return the writer of the current generation; while this process has the lock nobody moves the pointer."""
        self._become_writer()
        generation = self._snapshot().generation
        if self._writer is None:
            self._writer = generation.index.writer(heap_size=WRITER_HEAP_BYTES, num_threads=1)
        return self._writer, generation.language

    def _become_writer(self) -> None:
        if self._read_only:
            raise EngineUnavailable("this search index was opened for reading")
        self._store.lock()

    @staticmethod
    def _is_outdated(generation: Generation) -> bool:
        language = generation.language
        return not generation.complete or language.built_version != language.version

    # -- reading ---------------------------------------------------------------------------------------------

    def search(self, query: Query) -> Result:
        """Find listings; the words are forgiven before nothing is found."""
        started = time.perf_counter()
        snapshot = self._snapshot()
        builder = snapshot.builder()
        plan, base, relaxed = self._words(snapshot, builder, query)
        narrowed = builder.narrowed(base, query=query)
        ids, total = self._page(snapshot, narrowed, query=query, by_score=bool(plan.terms))
        return Result(
            ids=ids,
            total=total,
            facets=self._facets(snapshot, builder, base, query=query),
            took_ms=(time.perf_counter() - started) * 1000,
            relaxed=relaxed,
            corrected_text=plan.corrected_text,
        )

    def suggest(
        self, text: str, *, limit: int = 10, scope: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[Suggestion]:
        """Complete what is being typed: brands and categories first, then products, then names of listings.

        A category is suggested because its name is being typed, or because much of what would be found is in it.
        """
        key = squeezed(text[:64])
        if not key or limit < 1:
            return []
        snapshot = self._snapshot()
        scope = scope or {}
        found = self._completions(snapshot, key, scope=scope)
        hits = self._best_hits(snapshot, Query(text=text, size=min(limit * 8, PAGE_SIZE_MAX), scope=scope))
        categories = [*found["category"], *self._categories_of(snapshot, hits, scope=scope)]
        named = {category.value: category for category in reversed(categories)}
        chosen = [*found["brand"][:2], *sorted(named.values(), key=_category_order)[:3], *found["product"][:3]]
        known = [self._spelling(snapshot, each.text) for each in chosen if each.kind == "product"]
        return [*chosen, *self._listing_names(snapshot, hits, known=known)][:limit]

    def _snapshot(self) -> Snapshot:
        """Return the newest state, opening or reloading only when the files on disk say so."""
        with self._reading:
            for attempt in range(3):
                try:
                    return self._newest()
                except (OSError, ValueError, EngineUnavailable) as error:
                    # The generation may have been removed between reading the pointer and opening it: look again.
                    self._generation = None
                    if attempt == 2:
                        raise EngineUnavailable(f"the search index cannot be read: {error}") from error
        raise AssertionError("the loop returns or raises")

    def _newest(self) -> Snapshot:
        pointer = self._store.pointer_mark()
        if self._generation is None or pointer != self._pointer:
            self._generation = self._store.open(self._store.current_name() or "")
            self._pointer, self._commit = pointer, None
        commit = self._generation.commit_mark()
        if commit != self._commit:
            self._generation.index.reload()
            self._commit = commit
        return Snapshot(self._generation, self._generation.index.searcher())

    def _words(self, snapshot: Snapshot, builder: ClauseBuilder, query: Query) -> tuple[Plan, Clause, bool]:
        """Return the plan, the clause for its words, and whether it had to be relaxed."""
        if not normalise(query.text):
            return Plan(terms=(), prefix=""), Clause.all_query(), False
        plan = self._language(snapshot).plan(query.text, known=builder.is_known)
        strict = builder.words(plan, relaxed=False)
        if len(plan.terms) < 2 or snapshot.searcher.search(builder.narrowed(strict, query=query), 1).count:
            return plan, strict, False
        loose = builder.words(plan, relaxed=True)
        found = snapshot.searcher.search(builder.narrowed(loose, query=query), 1).count
        return (plan, loose, True) if found else (plan, strict, False)

    def _page(self, snapshot: Snapshot, clause: Clause, *, query: Query, by_score: bool) -> tuple[tuple[int, ...], int]:
        """Return the ids of the page and the exact number of hits."""
        searcher = snapshot.searcher
        if query.is_beyond_the_end:
            return (), searcher.search(clause, 1).count
        if query.sort == "relevance" and by_score:
            return self._page_by_score(searcher, clause, query=query)
        field = SORT_FIELDS[query.sort]
        found = searcher.search(clause, query.size, offset=query.offset, order_by_field=field, order=tantivy.Order.Asc)
        return tuple(searcher.fast_field_values("id", [address for _, address in found.hits])), found.count

    @staticmethod
    def _page_by_score(searcher: tantivy.Searcher, clause: Clause, *, query: Query) -> tuple[tuple[int, ...], int]:
        """Order by score, equal scores by standing, sales, id: hits are read on until the last score is complete."""
        end = query.offset + query.size
        limit = min(end + TIES_BLOCK, HITS_MAX)
        hits, total = _top(searcher, clause, limit=limit, count=True)
        while len(hits) == limit < HITS_MAX and hits[-1][0] == hits[end - 1][0]:
            limit = min(limit * 4, HITS_MAX)
            hits, _ = _top(searcher, clause, limit=limit, count=False)
        addresses = [address for _, address in hits]
        keys = searcher.fast_field_values(SORT_FIELDS["relevance"], addresses)
        ranked = sorted((-score, key, place) for place, ((score, _), key) in enumerate(zip(hits, keys, strict=True)))
        page = [addresses[place] for _, _, place in ranked[query.offset : end]]
        return tuple(searcher.fast_field_values("id", page)), total

    def _facets(
        self, snapshot: Snapshot, builder: ClauseBuilder, base: Clause, *, query: Query
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        """Count values: all facets without a filter in one go, every other one without its own filter."""
        active = [facet for facet in query.facets if query.filters.get(facet)]
        passive = [facet for facet in query.facets if facet not in active]
        groups = [([facet], facet) for facet in active] + ([(passive, None)] if passive else [])
        counted: dict[str, tuple[tuple[str, int], ...]] = {}
        for facets, without in groups:
            clause = builder.narrowed(base, query=query, without=without)
            wanted = {facet: {"terms": {"field": facet, "size": FACET_VALUES_MAX}} for facet in facets}
            for facet, answer in snapshot.searcher.aggregate(clause, wanted).items():
                pairs = [(bucket["key"], int(bucket["doc_count"])) for bucket in answer["buckets"]]
                counted[facet] = tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
        return {facet: counted[facet] for facet in query.facets}

    @staticmethod
    def _completions(
        snapshot: Snapshot, key: str, *, scope: Mapping[str, tuple[str, ...]]
    ) -> dict[str, list[Suggestion]]:
        clauses = snapshot.builder().scope(scope)
        within = Clause.boolean_query([(tantivy.Occur.Must, clause) for clause in clauses]) if clauses else None
        found: dict[str, list[Suggestion]] = {"brand": [], "category": [], "product": []}
        seen: set[tuple[str, str]] = set()
        for entry, count in snapshot.searcher.terms_with_prefix("suggestion", key, filter_query=within, limit=100):
            _, kind, text, value = entry.split(SUGGESTION_SEPARATOR)
            if count and (kind, value) not in seen:
                seen.add((kind, value))
                found[kind].append(Suggestion(kind=kind, text=text, value=value, listings=count))
        return found

    def _language(self, snapshot: Snapshot) -> Language:
        language = snapshot.generation.language
        language.use_more_synonyms(self._more_synonyms)
        return language

    def _best_hits(self, snapshot: Snapshot, query: Query) -> list[tuple[str, str]]:
        """Return (name, category) of the best hits; no relaxing here, a guess would only distract."""
        builder = snapshot.builder()
        plan = self._language(snapshot).plan(query.text, known=builder.is_known)
        clause = builder.narrowed(builder.words(plan, relaxed=False), query=query)
        hits = snapshot.searcher.search(clause, query.size, count=False).hits
        documents = (snapshot.searcher.doc(address) for _, address in hits)
        return [(document["shown"][0], document["shown_category"][0]) for document in documents]

    @staticmethod
    def _categories_of(
        snapshot: Snapshot, hits: list[tuple[str, str]], *, scope: Mapping[str, tuple[str, ...]]
    ) -> list[Suggestion]:
        """Return the categories that hold at least a quarter of the best hits, with all that is in them."""
        counts = Counter(category for _, category in hits)
        builder = snapshot.builder()
        found = []
        for category, count in counts.most_common(3):
            code, name = category.split(SUGGESTION_SEPARATOR)
            if code and count >= HITS_OF_CATEGORY_MIN and count * 4 >= len(hits):
                query = Query(filters={"category": (code,)}, scope=scope)
                clause = builder.narrowed(Clause.all_query(), query=query)
                listings = snapshot.searcher.search(clause, 1).count
                found.append(Suggestion(kind="category", text=name, value=code, listings=listings))
        return found

    @staticmethod
    def _spelling(snapshot: Snapshot, name: str) -> frozenset[str]:
        """Return the words of a name without their order: suppliers write the same thing in many ways."""
        return frozenset(snapshot.generation.language.tokens(name))

    def _listing_names(
        self, snapshot: Snapshot, hits: list[tuple[str, str]], *, known: list[frozenset[str]]
    ) -> list[Suggestion]:
        """Return the names of the hits, each thing once, without those that a product suggested above stands for."""
        names: dict[frozenset[str], str] = {}
        counts: Counter[frozenset[str]] = Counter()
        for name, _ in hits:
            spelling = self._spelling(snapshot, name)
            if not any(product <= spelling for product in known):
                names.setdefault(spelling, name)
                counts[spelling] += 1
        return [
            Suggestion(kind="listing", text=name, value=name, listings=counts[spelling])
            for spelling, name in names.items()
        ]


def _category_order(category: Suggestion) -> tuple[bool, int]:
    """The fullest first; a remainder ("其他…") is what nobody looks for."""
    return category.text.startswith(REMAINDER), -category.listings


def _top(
    searcher: tantivy.Searcher, clause: Clause, *, limit: int, count: bool
) -> tuple[list[tuple[float, tantivy.DocAddress]], int]:
    """Return the best hits as (score, address), and how many there are in all when asked to count."""
    found = searcher.search(clause, limit, count=count)
    return found.hits, found.count or 0  # every look at `hits` builds the list anew: look once


def _replace(writer: tantivy.IndexWriter, listing_id: int, document: Document | None, *, language: Language) -> None:
    writer.delete_documents_by_term("id", listing_id)
    if document is not None:
        writer.add_document(pour(document, language=language))
