"""The categories as a shopper walks them: with how many offers there are, without the empty ones."""

from __future__ import annotations

from dataclasses import dataclass

from mall.search.catalogue_names import CatalogueNames, CategoryName, catalogue_names
from mall.search.query import Query
from mall.search.search_catalogue import FacetValue, search_listings

#: categories offered at once as the next narrowing
CHOICES_MAX = 9


@dataclass(frozen=True)
class CategoryNode:
    """A category with offers. `below` are the categories right below it that have some too."""

    category: CategoryName
    count: int
    below: tuple[CategoryNode, ...] = ()


def category_counts(*, scope: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Offers by category code, a category counting for those above it; empty while the engine is lost."""
    page = search_listings(Query(facets=("category",), size=1, scope=scope))
    return {value.value: value.count for value in page.facets.get("category", ())}


def category_tree(*, counts: dict[str, int]) -> tuple[CategoryNode, ...]:
    """The tree of categories with offers; without any counts (engine lost) the whole tree of the mall, uncounted."""
    names = catalogue_names()
    return tuple(node for root in names.below.get(None, ()) for node in _nodes(root, names=names, counts=counts))


def shelves(tree: tuple[CategoryNode, ...]) -> list[CategoryNode]:
    """The second level of the tree, such as 办公设备 and 办公用品: what a home page shows, most offers first."""
    groups = [group for root in tree for division in root.below for group in division.below]
    return sorted(groups, key=lambda node: -node.count)


def leaves(node: CategoryNode) -> list[CategoryNode]:
    """The lowest categories below a node, most offers first."""
    if not node.below:
        return [node]
    found = [leaf for child in node.below for leaf in leaves(child)]
    return sorted(found, key=lambda leaf: -leaf.count)


def category_choices(values: tuple[FacetValue, ...], *, chosen: str) -> list[FacetValue]:
    """What to offer as the next narrowing: the categories below the one chosen, the largest opened up.

    货物 and 服务 decide nothing, so the largest group gives way to what is below it as long as the list stays short.
    """
    names = catalogue_names()
    by_code = {value.value: value for value in values}
    level = _children(chosen or None, names=names, by_code=by_code)
    while True:
        for value in sorted(level, key=lambda value: -value.count):
            inner = _children(value.value, names=names, by_code=by_code)
            if inner and len(level) - 1 + len(inner) <= CHOICES_MAX:
                level = [other for other in level if other is not value] + inner
                break
        else:
            return sorted(level, key=lambda value: -value.count)


def _children(code: str | None, *, names: CatalogueNames, by_code: dict[str, FacetValue]) -> list[FacetValue]:
    return [by_code[child] for child in names.below.get(code, ()) if child in by_code]


def _nodes(code: str, *, names: CatalogueNames, counts: dict[str, int]) -> list[CategoryNode]:
    category = names.categories[code]
    if not category.in_mall or (counts and code not in counts):
        return []
    below = tuple(node for child in names.below.get(code, ()) for node in _nodes(child, names=names, counts=counts))
    return [CategoryNode(category=category, count=counts.get(code, 0), below=below)]
