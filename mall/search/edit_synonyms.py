"""Adding synonyms for the search and taking them back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.search.search_synonym import DIRECTIONS, SearchSynonym
from mall.search.words import normalise

WORDS_MIN, WORDS_MAX = 2, 12
WORD_LENGTH_MAX = 30
NOTE_LENGTH_MAX = 200


@atomic
def add_synonyms(
    *, actor: Actor, direction: str, words: Iterable[str], note: str = "", request_key: str | None = None
) -> SearchSynonym:
    """Words that mean the same ("both"), or of which the first finds the others too ("first").

    Raises Refusal "access.denied", "synonym.bad_words", "synonym.known".
    """
    kept = list(dict.fromkeys(word for word in (" ".join(word.split()) for word in words) if normalise(word)))
    body = {"direction": direction, "words": kept, "note": note}
    claimed = claim(actor=actor, action="synonym.add", request_key=request_key, body=body)
    authorize(actor, "synonym.edit")
    if claimed.replayed:
        return session().get_one(SearchSynonym, int(claimed.answer))
    distinct = {normalise(word).replace(" ", "") for word in kept}
    is_too_long = any(len(word) > WORD_LENGTH_MAX for word in kept)
    if direction not in DIRECTIONS or is_too_long or not WORDS_MIN <= len(distinct) <= WORDS_MAX:
        raise Refusal("synonym.bad_words", words_min=WORDS_MIN, words_max=WORDS_MAX, characters_max=WORD_LENGTH_MAX)
    _require_new(direction, kept)
    added = SearchSynonym(
        direction=direction, words=kept, note=note.strip()[:NOTE_LENGTH_MAX], entered_by_id=actor.user_id or 0,
        entered_at=clock.now(),
    )  # fmt: skip
    session().add(added)
    session().flush()
    record(actor=actor, action="synonym.add", subject=added.reference, facts=body)
    settle(claimed, answer=added.id)
    return added


@atomic
def withdraw_synonyms(*, actor: Actor, synonym_id: int, request_key: str | None = None) -> SearchSynonym:
    """They stay in the list of those that were in force once. Raises Refusal "access.denied", "synonym.unknown"."""
    claimed = claim(actor=actor, action="synonym.withdraw", request_key=request_key, body={"id": synonym_id})
    authorize(actor, "synonym.edit")
    found = session().get(SearchSynonym, synonym_id, with_for_update=True)
    if found is None:
        raise Refusal("synonym.unknown", synonym_id=synonym_id)
    if claimed.replayed or found.withdrawn_at is not None:
        return found
    found.withdrawn_by_id, found.withdrawn_at = actor.user_id or 0, clock.now()
    record(actor=actor, action="synonym.withdraw", subject=found.reference, facts={"words": found.words})
    settle(claimed, answer=found.id)
    return found


def _require_new(direction: str, words: list[str]) -> None:
    in_force = select(SearchSynonym).where(SearchSynonym.withdrawn_at.is_(None), SearchSynonym.direction == direction)
    for known in session().scalars(in_force):
        same = known.words == words if direction == "first" else set(known.words) == set(words)
        if same:
            raise Refusal("synonym.known", words="、".join(words))
