"""The search engine of larger houses: a Meilisearch server, reached over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import requests
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchError
from meilisearch.models.task import TaskInfo

from mall.search import meilisearch_settings as settings
from mall.search.document import Document
from mall.search.document_spool import DocumentSpool
from mall.search.engine import EngineTaskFailed, EngineUnavailable, Health, Progress, Stats
from mall.search.language import Language, Plan, learn_vocabulary, learn_words, rewritable
from mall.search.query import HITS_MAX, Query, Result, Suggestion
from mall.search.synonyms import DEFAULT_TABLE, SynonymRow
from mall.search.words import normalise

READ_TIMEOUT_SECONDS = 3
WRITE_TIMEOUT_SECONDS = 60
TASK_TIMEOUT_MS = 600_000
TASK_INTERVAL_MS = 100
LANGUAGE_KEPT_SECONDS = 60
"""How long a process uses the dictionary it has before it asks whether a rebuild brought another."""
BATCH_DOCUMENTS = 1_000


class MeilisearchEngine:
    """SearchEngine on a server. Threads may share one: each gets clients of its own, since a client keeps
    the headers of the request it is making."""

    name = "meilisearch"

    def __init__(
        self, *, url: str, key: str, index: str, read_only: bool, synonyms_table: Path = DEFAULT_TABLE
    ) -> None:
        self._url = url
        self._key = key
        self._index = index
        self._read_only = read_only
        self._synonyms_table = synonyms_table
        self._more_synonyms: tuple[SynonymRow, ...] = ()
        self._clients = threading.local()
        self._writing = threading.RLock()
        self._rebuilding = threading.Lock()
        self._pending: list[int] = []
        self._journal: dict[int, Document | None] | None = None
        self._kept_language: tuple[float, Language, int] | None = None

    # -- how it is -------------------------------------------------------------------------------------------

    def health(self) -> Health:
        """Say how the server is, without ever raising."""
        try:
            with reachable():
                self._reader().health()
                outdated = self._is_outdated()
        except EngineUnavailable as error:
            return Health(state="down", detail=str(error))
        return Health(state="needs_rebuild" if outdated else "ready", detail=self._index)

    def stats(self) -> Stats:
        """Return the size of the index; the server does not say how much of the disk it is."""
        with reachable():
            language, _ = self._language()
            counted = self._reader().index(self._index).get_stats()
        return Stats(
            listings=counted.number_of_documents,
            size_bytes=0,
            generation=self._index,
            language_version=language.version,
        )

    def stamps(self, ids: Collection[int] | None = None) -> Iterator[tuple[int, int]]:
        """Yield (listing id, stamp) by growing id; the server gives its documents in an order of its own."""
        found: dict[int, int] = {}
        wanted = None if ids is None else f"id IN [{', '.join(str(int(each)) for each in ids)}]"
        with reachable():
            index = self._reader().index(self._index)
            asked: dict[str, Any] = {"fields": ["id", "stamp"], "limit": BATCH_DOCUMENTS}
            if wanted is not None:
                asked["filter"] = wanted
            while ids is None or ids:
                page = index.get_documents({**asked, "offset": len(found)}).results
                found.update({int(each.id): int(each.stamp) for each in page})
                if len(page) < BATCH_DOCUMENTS:
                    break
        yield from sorted(found.items())

    def close(self) -> None:
        """Forget the connections."""
        self._clients = threading.local()
        self._kept_language = None

    # -- writing ---------------------------------------------------------------------------------------------

    def ensure(self) -> bool:
        """Make sure there is an index with our settings; True when it must be rebuilt from the database."""
        with self._writing, reachable():
            writer = self._writer()
            present = {index["uid"] for index in writer.get_raw_indexes({"limit": 1000})["results"]}
            if {self._index, self._language_index} <= present:
                return self._is_outdated()
            language = Language(
                words=learn_words((), synonyms_table=self._synonyms_table), synonyms_table=self._synonyms_table
            )
            for uid in {self._index, self._language_index} - present:
                self._settle(writer.create_index(uid, {"primaryKey": "id"}))
            self._settle(writer.index(self._index).update_settings(settings.index_settings(language)))
            self._keep(language, uid=self._language_index, complete=False)
            return True

    def use_synonyms(self, rows: tuple[SynonymRow, ...]) -> None:
        """A reader groups words by them; the writer also brings them to the server, which needs no new index for it."""
        self._more_synonyms = rows
        if self._read_only:
            return
        with self._writing, reachable():
            language, _ = self._language()
            language.use_more_synonyms(rows)
            self._settle(self._writer().index(self._index).update_synonyms(language.alternatives()))

    def upsert(self, documents: Iterable[Document]) -> int:
        """Put documents in, replacing those of the same id; take out those off the shelf."""
        count = 0
        with self._writing, reachable():
            language, _ = self._language()
            for batch in batched(documents):
                on_shelf = [document for document in batch if document.on_shelf]
                self._send(on_shelf, uid=self._index, language=language)
                self._remove([document.id for document in batch if not document.on_shelf], uid=self._index)
                self._note({document.id: document if document.on_shelf else None for document in batch})
                count += len(batch)
        return count

    def delete(self, ids: Iterable[int]) -> int:
        """Take documents out; unknown ids are fine."""
        listing_ids = list(ids)
        with self._writing, reachable():
            self._remove(listing_ids, uid=self._index)
            self._note(dict.fromkeys(listing_ids))
        return len(listing_ids)

    def refresh(self) -> None:
        """Wait until the server has carried out everything sent; raise EngineTaskFailed when it could not."""
        with self._writing, reachable():
            pending, self._pending = self._pending, []
            for task_uid in pending:
                self._wait(task_uid)
        self._kept_language = None

    def rebuild(self, documents: Iterable[Document], *, progress: Progress | None = None) -> int:
        """Build a second pair of indexes and swap both at once, so that dictionary and documents change together."""
        with self._rebuilding, reachable():
            self.ensure()
            with self._writing:
                self._journal = {}
            try:
                return self._rebuild(documents, progress=progress)
            finally:
                with self._writing:
                    self._journal = None

    def _rebuild(self, documents: Iterable[Document], *, progress: Progress | None) -> int:
        fresh, fresh_language = f"{self._index}_new", f"{self._language_index}_new"
        with DocumentSpool() as spool:
            spool.fill(documents)
            words = learn_words(spool.names, synonyms_table=self._synonyms_table)
            language = Language(words=words, synonyms_table=self._synonyms_table)
            language.use_more_synonyms(self._more_synonyms)
            self._start_anew((fresh, fresh_language))
            self._settle(self._writer().index(fresh).update_settings(settings.index_settings(language)))
            counts, count = self._fill(spool, uid=fresh, language=language, progress=progress)
        taught = Language(words=words, vocabulary=learn_vocabulary(counts), synonyms_table=self._synonyms_table)
        self._keep(taught, uid=fresh_language, complete=True)
        with self._writing:
            self._replay(uid=fresh, language=language)
            pairs = [{"indexes": [self._index, fresh]}, {"indexes": [self._language_index, fresh_language]}]
            self._settle(self._writer().swap_indexes(pairs))
            self._kept_language = None
        for uid in (fresh, fresh_language):
            self._settle(self._writer().delete_index(uid))
        return count

    def _start_anew(self, uids: Iterable[str]) -> None:
        """Create empty indexes, removing what an interrupted rebuild left."""
        writer = self._writer()
        present = {index["uid"] for index in writer.get_raw_indexes({"limit": 1000})["results"]}
        for uid in uids:
            if uid in present:
                self._settle(writer.delete_index(uid))
            self._settle(writer.create_index(uid, {"primaryKey": "id"}))

    def _fill(
        self, documents: Iterable[Document], *, uid: str, language: Language, progress: Progress | None
    ) -> tuple[Counter[str], int]:
        """Send all documents and wait for them; return listings by Chinese word, and the number of documents."""
        counts: Counter[str] = Counter()
        count = 0
        tasks: list[int] = []
        for batch in batched(documents):
            poured = [settings.pour(document, language=language) for document in batch]
            for each in poured:
                text = f"{each['name_words']} {each['keyword_words']} {each['category_words']} {each['brand_words']}"
                counts.update(rewritable(dict.fromkeys(text.split())))
            tasks.append(self._post(poured, uid=uid))
            count += len(batch)
            if progress:
                progress(count)
        for task_uid in tasks:
            self._wait(task_uid)
        return counts, count

    def _replay(self, *, uid: str, language: Language) -> None:
        """Bring the new index up to date with the changes of the meantime."""
        journal = self._journal or {}
        written = [document for document in journal.values() if document is not None]
        before = len(self._pending)
        for batch in batched(written):
            self._send(batch, uid=uid, language=language)
        self._remove([listing_id for listing_id, document in journal.items() if document is None], uid=uid)
        tasks, self._pending = self._pending[before:], self._pending[:before]
        for task_uid in tasks:
            self._wait(task_uid)

    def _note(self, changes: dict[int, Document | None]) -> None:
        if self._journal is not None:
            self._journal.update(changes)

    def _send(self, documents: list[Document], *, uid: str, language: Language) -> None:
        if documents:
            poured = [settings.pour(document, language=language) for document in documents]
            self._pending.append(self._post(poured, uid=uid))

    def _post(self, poured: list[dict[str, Any]], *, uid: str) -> int:
        lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in poured)
        return self._writer().index(uid).add_documents_ndjson(lines.encode(), "id").task_uid

    def _remove(self, ids: list[int], *, uid: str) -> None:
        if ids:
            wanted = ", ".join(str(int(listing_id)) for listing_id in ids)
            task = self._writer().index(uid).delete_documents(filter=f"id IN [{wanted}]")
            self._pending.append(task.task_uid)

    def _settle(self, task: TaskInfo) -> None:
        self._wait(task.task_uid)

    def _wait(self, task_uid: int) -> None:
        """Wait for a task with our own patience; the server answers 202 to everything and tells errors only here."""
        task = self._writer().wait_for_task(task_uid, timeout_in_ms=TASK_TIMEOUT_MS, interval_in_ms=TASK_INTERVAL_MS)
        if task.status != "succeeded":
            error = task.error or {}
            raise EngineTaskFailed(error.get("message") or task.status, code=error.get("code") or task.status)

    # -- the language, kept on the server beside the listings ------------------------------------------------------

    @property
    def _language_index(self) -> str:
        return f"{self._index}_language"

    def _keep(self, language: Language, *, uid: str, complete: bool) -> None:
        saved = {
            "id": "current",
            "saved": language.to_json(),
            "settings_format": settings.SETTINGS_FORMAT if complete else 0,
        }
        line = json.dumps(saved, ensure_ascii=False).encode()
        self._settle(self._writer().index(uid).add_documents_ndjson(line, "id"))
        self._kept_language = None

    def _language(self) -> tuple[Language, int]:
        """Return the language of the index and the format it was built in (0: never rebuilt)."""
        kept = self._kept_language
        if kept is not None and time.monotonic() - kept[0] < LANGUAGE_KEPT_SECONDS:
            return kept[1], kept[2]
        saved = self._reader().index(self._language_index).get_document("current")
        if kept is not None and kept[1].built_version == json.loads(saved.saved)["version"]:
            language = kept[1]
        else:
            language = Language.from_json(saved.saved, synonyms_table=self._synonyms_table)
        self._kept_language = (time.monotonic(), language, saved.settings_format)
        return language, saved.settings_format

    def _is_outdated(self) -> bool:
        language, settings_format = self._language()
        return settings_format != settings.SETTINGS_FORMAT or language.built_version != language.version

    # -- reading ---------------------------------------------------------------------------------------------

    def search(self, query: Query) -> Result:
        """Find listings: all words, and where that finds nothing, the rarer ones."""
        started = time.perf_counter()
        with reachable():
            plan = self._plan(query.text)
            if plan is not None and not plan.terms:
                return Result(ids=(), total=0, facets=dict.fromkeys(query.facets, ()))
            answers = self._ask(query, plan=plan, strategy="all")
            relaxed = False
            if not _total(answers[0]) and plan is not None and len(plan.terms) > 1:
                looser = self._ask(query, plan=plan, strategy="frequency")
                if _total(looser[0]):
                    answers, relaxed = looser, True
        total = _total(answers[0])
        return Result(
            ids=() if query.is_beyond_the_end else tuple(int(hit["id"]) for hit in answers[0]["hits"]),
            total=total,
            total_exact=total < HITS_MAX,
            facets=_facets(query, answers),
            took_ms=(time.perf_counter() - started) * 1000,
            relaxed=relaxed,
            corrected_text=plan.corrected_text if plan else None,
        )

    def suggest(
        self, text: str, *, limit: int = 10, scope: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[Suggestion]:
        """Complete what is being typed: brands and categories, then names of listings."""
        with reachable():
            plan = self._plan(text[:64])
            if plan is None or not plan.terms or limit < 1:
                return []
            typed = plan.corrected_text or normalise(text[:64])
            options = {"filter": settings.scope_filters(scope or {})}
            index = self._reader().index(self._index)
            brands = index.facet_search("brand", typed, options)["facetHits"][:2]
            categories = index.facet_search("category_label", typed.replace(" ", ""), options)["facetHits"][:3]
            hits = self._ask(Query(text=text, size=limit, scope=scope or {}), plan=plan, strategy="all")[0]["hits"]
        chosen = [_suggestion("brand", settings.shown_value(hit["value"]), hit["count"]) for hit in brands]
        chosen += [_category_suggestion(hit) for hit in categories]
        names = Counter(hit["name"] for hit in hits)
        return [*chosen, *(_suggestion("listing", name, count) for name, count in names.items())][:limit]

    def _plan(self, text: str) -> Plan | None:
        """Return the plan of a text, or None when there is no text and everything is wanted."""
        if not normalise(text):
            return None
        language, _ = self._language()
        language.use_more_synonyms(self._more_synonyms)
        # The vocabulary decides alone: asking the server about each word would cost a round trip.
        return language.plan(text, known=lambda _: False)

    def _ask(self, query: Query, *, plan: Plan | None, strategy: str) -> list[dict[str, Any]]:
        """Return the server's answers in one round trip: the page first, then one per facet that has a filter."""
        words = " ".join(" ".join(term.forms[0]) for term in plan.terms) if plan else ""
        active = [facet for facet in query.facets if query.filters.get(facet)]
        passive = [settings.FACET_ATTRIBUTES[facet] for facet in query.facets if facet not in active]
        common = {"indexUid": self._index, "q": words, "locales": ["cmn"], "matchingStrategy": strategy}
        page = {
            **common,
            "filter": settings.filters(query),
            "facets": passive,
            "attributesToRetrieve": ["id", "name"],
            "page": query.page,
            "hitsPerPage": query.size,
            "sort": settings.BROWSING if plan is None and query.sort == "relevance" else settings.SORTS[query.sort],
        }
        counts = [
            {
                **common,
                "filter": settings.filters(query, without=facet),
                "facets": [settings.FACET_ATTRIBUTES[facet]],
                "limit": 0,
            }
            for facet in active
        ]
        return self._reader().multi_search([page, *counts])["results"]

    def _reader(self) -> Client:
        return self._client("reader", READ_TIMEOUT_SECONDS)

    def _writer(self) -> Client:
        if self._read_only:
            raise EngineUnavailable("this search index was opened for reading")
        return self._client("writer", WRITE_TIMEOUT_SECONDS)

    def _client(self, role: str, timeout_seconds: int) -> Client:
        client = getattr(self._clients, role, None)
        if client is None:
            client = Client(self._url, self._key or None, timeout=timeout_seconds)
            setattr(self._clients, role, client)
        return client


@contextmanager
def reachable() -> Iterator[None]:
    """Turn whatever the client raises into EngineUnavailable."""
    try:
        yield
    except MeilisearchApiError as error:
        raise EngineUnavailable(f"Meilisearch refused: {error.code or error.status_code} {error.message}") from error
    except (MeilisearchError, requests.RequestException) as error:
        raise EngineUnavailable(f"Meilisearch cannot be reached: {error}") from error
    except (KeyError, ValueError) as error:
        raise EngineUnavailable(f"Meilisearch answered in a shape we do not know: {error!r}") from error


def batched(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Yield lists of at most BATCH_DOCUMENTS."""
    source = iter(documents)
    while batch := list(islice(source, BATCH_DOCUMENTS)):
        yield batch


def _total(answer: dict[str, Any]) -> int:
    return int(answer["totalHits"])


def _facets(query: Query, answers: list[dict[str, Any]]) -> dict[str, tuple[tuple[str, int], ...]]:
    counted: dict[str, dict[str, int]] = {}
    for answer in answers:
        counted.update(answer.get("facetDistribution") or {})
    facets: dict[str, tuple[tuple[str, int], ...]] = {}
    for facet in query.facets:
        counts = counted.get(settings.FACET_ATTRIBUTES[facet], {})
        pairs = [(settings.shown_value(value), count) for value, count in counts.items()]
        facets[facet] = tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
    return facets


def _suggestion(kind: str, text: str, listings: int) -> Suggestion:
    return Suggestion(kind=kind, text=text, value=text, listings=listings)


def _category_suggestion(hit: dict[str, Any]) -> Suggestion:
    name, _, code = settings.shown_value(hit["value"]).rpartition(settings.CATEGORY_LABEL_SEPARATOR)
    return Suggestion(kind="category", text=name, value=code, listings=hit["count"])
