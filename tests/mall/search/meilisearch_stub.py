"""A stand-in for a Meilisearch server: records every request and answers in the real one's shapes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Recorded:
    """One request as it came over the wire; `body` is parsed JSON, or the lines of NDJSON."""

    method: str
    path: str
    query: str
    content_type: str
    authorization: str
    body: Any


@dataclass
class Stub:
    """State of the stand-in. `answer_search` gets one query of a multi-search and returns its answer."""

    recorded: list[Recorded] = field(default_factory=list)
    documents: dict[str, dict[str, dict]] = field(default_factory=dict)
    failing: dict[str, dict] = field(default_factory=dict)
    """Task type -> error the task ends with."""
    refusing: tuple[int, dict] | None = None
    answer_search: Callable[[dict], dict] = field(default=lambda query: {"hits": [], "totalHits": 0})
    facet_hits: dict[str, list[dict]] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)

    def of(self, method: str, path: str) -> list[Recorded]:
        return [each for each in self.recorded if (each.method, each.path) == (method, path)]

    def steps(self) -> list[str]:
        """Return what changed the server, in order."""
        return [
            f"{each.method} {each.path}" for each in self.recorded if each.method != "GET" and "search" not in each.path
        ]

    def answer(self, request: Recorded) -> tuple[int, Any]:
        """Return status and body for a request."""
        self.recorded.append(request)
        if self.refusing:
            return self.refusing
        parts = request.path.strip("/").split("/")
        match (request.method, *parts):
            case ("GET", "health"):
                return 200, {"status": "available"}
            case ("GET", "tasks", uid):
                return 200, self._task(int(uid))
            case ("GET", "indexes"):
                known = [{"uid": uid, "primaryKey": "id"} for uid in self.documents]
                return 200, {"results": known, "limit": 1000, "offset": 0, "total": len(known)}
            case ("GET", "indexes", uid, "stats"):
                return 200, {
                    "numberOfDocuments": len(self.documents[uid]),
                    "isIndexing": False,
                    "fieldDistribution": {},
                }
            case ("GET", "indexes", uid, "documents", key):
                return self._document(uid, key)
            case ("POST", "indexes", uid, "documents", "fetch"):
                return 200, self._some_documents(uid, request.body)
            case ("POST", "multi-search"):
                return 200, {"results": [self.answer_search(query) for query in request.body["queries"]]}
            case ("POST", "indexes", _, "facet-search"):
                return 200, {"facetHits": self.facet_hits.get(request.body["facetName"], []), "facetQuery": ""}
        return 202, self._change(request, parts)

    def _document(self, uid: str, key: str) -> tuple[int, dict]:
        found = self.documents.get(uid, {}).get(key)
        missing = {
            "message": "Document not found.",
            "code": "document_not_found",
            "type": "invalid_request",
            "link": "",
        }
        return (200, found) if found else (404, missing)

    def _some_documents(self, uid: str, asked: dict) -> dict:
        offset, limit = asked.get("offset", 0), asked.get("limit", 20)
        every = list(self.documents[uid].values())
        page = [{field: each[field] for field in asked["fields"]} for each in every[offset : offset + limit]]
        return {"results": page, "offset": offset, "limit": limit, "total": len(every)}

    def _change(self, request: Recorded, parts: list[str]) -> dict:
        match (request.method, *parts):
            case ("POST", "indexes"):
                self.documents.setdefault(request.body["uid"], {})
                return self._enqueue("indexCreation")
            case ("DELETE", "indexes", uid):
                self.documents.pop(uid, None)
                return self._enqueue("indexDeletion")
            case ("PATCH", "indexes", _, "settings") | ("PUT", "indexes", _, "settings", "synonyms"):
                return self._enqueue("settingsUpdate")
            case ("POST", "indexes", uid, "documents"):
                self.documents[uid].update({str(each["id"]): each for each in request.body})
                return self._enqueue("documentAdditionOrUpdate")
            case ("POST", "indexes", _, "documents", "delete"):
                return self._enqueue("documentDeletion")
            case ("POST", "swap-indexes"):
                for pair in request.body:
                    one, other = pair["indexes"]
                    self.documents[one], self.documents[other] = self.documents[other], self.documents[one]
                return self._enqueue("indexSwap")
        raise AssertionError(f"no answer for {request.method} {request.path}")

    def _enqueue(self, kind: str) -> dict:
        self.tasks.append(kind)
        return {
            "taskUid": len(self.tasks) - 1,
            "indexUid": None,
            "status": "enqueued",
            "type": kind,
            "enqueuedAt": "2026-01-01T00:00:00.000001Z",
        }

    def _task(self, uid: int) -> dict:
        error = self.failing.get(self.tasks[uid])
        return {
            "uid": uid,
            "indexUid": None,
            "status": "failed" if error else "succeeded",
            "type": self.tasks[uid],
            "details": None,
            "error": error,
            "canceledBy": None,
            "duration": "PT0.1S",
            "enqueuedAt": "2026-01-01T00:00:00.000001Z",
            "startedAt": "2026-01-01T00:00:00.000002Z",
            "finishedAt": "2026-01-01T00:00:00.000003Z",
        }


def serve(stub: Stub) -> tuple[ThreadingHTTPServer, str]:
    """Start the stand-in on a free port of this machine; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            text = raw.decode("utf-8")
            lines = [json.loads(line) for line in text.splitlines()] if "ndjson" in kind else None
            url = urlsplit(self.path)
            request = Recorded(
                method=self.command,
                path=url.path,
                query=url.query,
                content_type=kind,
                authorization=self.headers.get("Authorization", ""),
                body=lines if lines is not None else json.loads(text) if text else None,
            )
            status, body = stub.answer(request)
            self._reply(status, json.dumps(body).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"
