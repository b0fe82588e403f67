"""Keeping a person's language with the account."""

from __future__ import annotations

from sqlalchemy import update

from mall.access.actor import Actor
from mall.database import atomic, session
from mall.people.user import UserAccount

LANGUAGES = ("zh", "en")


@atomic(housekeeping="the language of the pages is a matter of taste, not of record")
def choose_language(*, actor: Actor, language: str) -> None:
    """From now on pages speak this language to the person. Raises ValueError for a language we do not have."""
    if language not in LANGUAGES:
        raise ValueError(language)
    session().execute(update(UserAccount).where(UserAccount.id == actor.user_id).values(language=language))
