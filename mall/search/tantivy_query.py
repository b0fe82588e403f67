"""A query in the embedded engine's own terms."""

from __future__ import annotations

import math
from collections.abc import Mapping

import tantivy
from tantivy import Occur
from tantivy import Query as Clause

from mall.search.document import CATEGORY_STEPS_MAX, OFFER_STEPS_MAX, facet_value
from mall.search.language import Plan, Term
from mall.search.query import Query

FIELD_SCORES = {
    "name": 2.0,
    "brand_words": 2.0,
    "code": 2.5,
    "category_words": 1.5,
    "keywords": 1.0,
    "supplier_words": 0.2,
}
"""What a word counts by the best field that has it. The scores are constant: the frequency of a word and the length
of a name, by which engines made for prose rank, say nothing about goods and put the shortest name first."""
HEAD_SCORES = {"heads": 2.0, "kind": 1.3}
"""On top of that, when the word is what the thing is, by its name and by its category: accessories lack both."""
STANDING_SCORES = {"offer": (0.025, OFFER_STEPS_MAX), "category": (0.07, CATEGORY_STEPS_MAX)}
"""Score of a step of `standing`, and how many there are: together less than the category's word above, so that merit
and being bought order what answers equally well and never lift an accessory over the thing."""
PINYIN_SCORE = 1.5
HEAD_PINYIN_SCORE = 2.0
TYPO_BOOST = 0.5
PREFIX_SCORE = 0.5
SYNONYM_BOOST = 0.75
ONE_WAY_BOOST = 0.6
THING_BOOST = 1.5
"""For the last word where not all are found: Chinese names the thing last (打印机硒鼓 is a cartridge)."""
PART_SCORE = 0.4
"""For each part of a group as it was typed, when a synonym of the group answers: A4 paper before B5 for A4纸."""

KNOWN_FIELDS = ("name", "brand_words", "category_words", "code", "keywords")
RARE_LISTINGS = 2
"""A word of letters in no more listings than this may itself be somebody's slip, so typos are forgiven around it."""


class ClauseBuilder:
    """Builds clauses against one snapshot of the index."""

    def __init__(self, *, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    # -- words -----------------------------------------------------------------------------------------------

    def is_known(self, word: str) -> bool:
        """Whether a Latin word stands as such in some document or begins a word that does; pinyin does not count."""
        if self._frequency(word):
            return True
        return any(self._searcher.terms_with_prefix(field, word, limit=1) for field in KNOWN_FIELDS)

    def words(self, plan: Plan, *, relaxed: bool) -> Clause:
        """Return the clause for all terms of a plan, or, relaxed, for at least half of them."""
        clauses = [
            self._term(term, prefix=plan.prefix if place == len(plan.terms) else "")
            for place, term in enumerate(plan.terms, start=1)
        ]
        if not clauses:
            return Clause.empty_query()
        if relaxed:
            needed = (len(clauses) + 1) // 2
            thing = plan.terms[-1]
            weighed = (
                Clause.boost_query(clause, self._rarity(term) * (THING_BOOST if term is thing else 1.0))
                for term, clause in zip(plan.terms, clauses, strict=True)
            )
            wanted = [(Occur.Should, clause) for clause in weighed]
            matching = Clause.boolean_query(wanted, minimum_number_should_match=needed)
        else:
            matching = Clause.boolean_query([(Occur.Must, clause) for clause in clauses])
        return Clause.boolean_query([(Occur.Must, matching), *self._standings()])

    def _standings(self) -> list[tuple[Occur, Clause]]:
        """The better offer, and what is bought more, come first among equals."""
        return [
            (Occur.Should, Clause.const_score_query(self._field_term("standing", f"{scale}{steps}"), steps * score))
            for scale, (score, steps_max) in STANDING_SCORES.items()
            for steps in range(1, steps_max + 1)
            if self._searcher.doc_freq("standing", f"{scale}{steps}")
        ]

    def _rarity(self, term: Term) -> float:
        """How much a word counts where not all are found: 0.5 for one in every listing, 1.5 for one in a single one."""
        listings = self._searcher.num_docs
        share = math.log((listings + 1) / (self._form_frequency(term.forms[0]) + 1))
        return 0.5 + share / math.log(listings + 2)

    def _term(self, term: Term, *, prefix: str) -> Clause:
        spelt = (self._form(form, boost=self._boost(term, place)) for place, form in enumerate(term.forms))
        alternatives = [clause for clause in spelt if clause is not None]
        own_frequency = self._form_frequency(term.forms[0])
        letters = term.text.isascii() and term.text.isalpha()
        if letters and not own_frequency and self._searcher.doc_freq("pinyin", term.text):
            alternatives.append(self._pinyin(term.text))
        if prefix and self._wants_prefix(prefix, own_frequency=own_frequency, letters=letters):
            alternatives.append(self._prefix(prefix, with_pinyin=letters and not own_frequency))
        if term.typos and own_frequency <= (RARE_LISTINGS if letters else 0):
            alternatives += self._typos(term)
        if not alternatives:
            return Clause.empty_query()
        return self._with_parts(term, Clause.disjunction_max_query(alternatives))

    @staticmethod
    def _boost(term: Term, place: int) -> float:
        if place == 0:
            return 1.0
        return SYNONYM_BOOST if place < term.equals else ONE_WAY_BOOST

    def _pinyin(self, letters: str) -> Clause:
        """The clause for a word spelt in pinyin, whole or by initials."""
        spelt = Clause.const_score_query(self._field_term("pinyin", letters), PINYIN_SCORE)
        head = Clause.const_score_query(self._field_term("head_pinyin", letters), HEAD_PINYIN_SCORE)
        return Clause.boolean_query([(Occur.Must, spelt), (Occur.Should, head)])

    def _with_parts(self, term: Term, clause: Clause) -> Clause:
        own = term.forms[0]
        if len(own) == 1:
            return clause
        fields = [(token, field) for token in own for field in ("name", "keywords")]
        parts = [
            (Occur.Should, Clause.const_score_query(self._field_term(field, token), PART_SCORE))
            for token, field in fields
        ]
        return Clause.boolean_query([(Occur.Must, clause), *parts])

    def _form(self, form: tuple[str, ...], *, boost: float) -> Clause | None:
        """Return the clause for one way of spelling a word, or None when the index lacks a part of it."""
        clauses = [self._token(token) for token in form]
        if not clauses or any(clause is None for clause in clauses):
            return None
        whole = clauses[0] if len(clauses) == 1 else Clause.boolean_query([(Occur.Must, clause) for clause in clauses])
        return Clause.boost_query(whole, boost / len(form))

    def _token(self, token: str) -> Clause | None:
        fields = [
            Clause.const_score_query(self._field_term(field, token), score)
            for field, score in FIELD_SCORES.items()
            if self._searcher.doc_freq(field, token)
        ]
        if not fields:
            return None
        heads = [
            (Occur.Should, Clause.const_score_query(self._field_term(field, token), score))
            for field, score in HEAD_SCORES.items()
            if self._searcher.doc_freq(field, token)
        ]
        return Clause.boolean_query([(Occur.Must, Clause.disjunction_max_query(fields)), *heads])

    def _prefix(self, prefix: str, *, with_pinyin: bool) -> Clause:
        fields = (*KNOWN_FIELDS, "pinyin") if with_pinyin else KNOWN_FIELDS
        clauses = [Clause.fuzzy_term_query(self._schema, field, prefix, distance=0, prefix=True) for field in fields]
        return Clause.const_score_query(Clause.disjunction_max_query(clauses), PREFIX_SCORE)

    @staticmethod
    def _wants_prefix(prefix: str, *, own_frequency: int, letters: bool) -> bool:
        """Whether the last word is taken as a beginning: always for models, otherwise unless it is a word itself."""
        if not prefix.isascii():
            return own_frequency == 0
        if len(prefix) < 2:
            return False
        return own_frequency == 0 or len(prefix) >= (4 if letters else 3)

    def _typos(self, term: Term) -> list[Clause]:
        return [
            Clause.boost_query(
                Clause.fuzzy_term_query(self._schema, field, token, distance=term.typos, transposition_cost_one=True),
                TYPO_BOOST,
            )
            for token in term.forms[0][:1]
            for field in KNOWN_FIELDS
        ]

    def _frequency(self, token: str) -> int:
        return max(self._searcher.doc_freq(field, token) for field in KNOWN_FIELDS)

    def _form_frequency(self, form: tuple[str, ...]) -> int:
        return min((self._frequency(token) for token in form), default=0)

    def _field_term(self, field: str, token: str) -> Clause:
        return Clause.term_query(self._schema, field, token, "basic")

    # -- filters ---------------------------------------------------------------------------------------------

    def narrowed(self, base: Clause, *, query: Query, without: str | None = None) -> Clause:
        """Return `base` within scope, filters (but the one of facet `without`) and price bounds; scores stay."""
        clauses = [(Occur.Must, base)]
        clauses += [(Occur.Must, clause) for clause in self.scope(query.scope)]
        for facet, values in query.filters.items():
            if facet != without and values:
                clauses.append((Occur.Must, self._any_of(facet, values)))
        if query.price_min_fen is not None or query.price_max_fen is not None:
            clauses.append((Occur.Must, self._price(query)))
        return base if len(clauses) == 1 else Clause.boolean_query(clauses)

    def scope(self, scope: Mapping[str, tuple[str, ...]]) -> list[Clause]:
        """Return one clause per facet of a scope; no value, no hit."""
        return [self._any_of(facet, values) for facet, values in scope.items()]

    def _any_of(self, facet: str, values: tuple[str, ...]) -> Clause:
        wanted = [facet_value(str(value)) for value in values]
        if not wanted:
            return Clause.empty_query()
        return Clause.const_score_query(Clause.term_set_query(self._schema, facet, wanted), 0.0)

    def _price(self, query: Query) -> Clause:
        low, high = query.price_min_fen, query.price_max_fen
        if (high is not None and high < 0) or (low is not None and high is not None and low > high):
            return Clause.empty_query()
        within = Clause.range_query(
            self._schema,
            "price_fen",
            tantivy.FieldType.Unsigned,
            max(0, low or 0),
            min(high, 2**63 - 1) if high is not None else None,
        )
        return Clause.const_score_query(within, 0.0)
