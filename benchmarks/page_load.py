"""Mixed page load: people who are signed in look at the home page, search, products, the cart and their orders."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from figures import latency

#: a page of the mix and how often out of a hundred it is asked for
MIX = (("home", 15), ("search", 35), ("product", 25), ("cart", 10), ("order", 15))
WORDS = ("A4纸", "打印机", "硒鼓", "dayinji", "台式机", "文件夹", "联想", "中性笔", "笔记本", "复印纸 得力", "投影")
CATEGORIES = ("", "A05040101", "A0202", "A02010105", "A02")
SORTS = ("", "price_asc", "price_desc")
PEOPLE = ("handler", "handler2")
SESSIONS_EACH = 3
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Visitor:
    """One connection with cookies."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        self.connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=60)

    def ask(self, path: str, *, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """(status, text, where it leads)."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.address + path}
        self.connection.request("POST" if form is not None else "GET", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer.status, text, answer.headers.get("Location", "")

    def send_form(self, page: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Send a form with the token that stands on `page`."""
        found = TOKEN.search(self.ask(page)[1])
        if found is None:
            raise RuntimeError(f"no form on {page}")
        return self.ask(path, form={"csrf_token": found.group(1), **fields})


@dataclass(frozen=True)
class Signed:
    """What a signed-in person may look at."""

    cookies: dict[str, str]
    products: list[str]
    orders: list[str]


def measure_pages(address: str, *, password: str, clients: int, seconds: int, think_ms: int) -> dict[str, Any]:
    """Median and p95 of every page of the mix, with errors."""
    people = [_sign_in(address, person, password=password) for person in PEOPLE for _ in range(SESSIONS_EACH)]
    ends = time.perf_counter() + seconds
    lock = threading.Lock()
    taken: dict[str, list[float]] = defaultdict(list)
    errors: dict[str, int] = defaultdict(int)

    def look(number: int) -> None:
        chance = random.Random(number)
        signed = people[number % len(people)]
        visitor = Visitor(address, dict(signed.cookies))
        time.sleep(chance.random() * think_ms / 1000)
        while time.perf_counter() < ends:
            page = chance.choices([name for name, _ in MIX], [share for _, share in MIX])[0]
            path = _path(page, signed, chance)
            began = time.perf_counter()
            try:
                status = visitor.ask(path)[0]
            except (OSError, http.client.HTTPException):
                status, visitor = 0, Visitor(address, dict(signed.cookies))
            with lock:
                taken[page].append(time.perf_counter() - began)
                errors[page] += status != 200
            time.sleep(chance.uniform(0.5, 1.5) * think_ms / 1000)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [
        {"page": name, "asked": len(taken[name]), **latency(taken[name]), "errors": errors[name]} for name, _ in MIX
    ]
    return {"rows": rows, "pages_per_second": round(sum(map(len, taken.values())) / seconds, 1), "think_ms": think_ms}


def _path(page: str, signed: Signed, chance: random.Random) -> str:
    match page:
        case "search":
            query = {"q": chance.choice(WORDS), "category": chance.choice(CATEGORIES), "sort": chance.choice(SORTS)}
            return "/search?" + urlencode({name: value for name, value in query.items() if value})
        case "product":
            return chance.choice(signed.products)
        case "cart":
            return "/cart"
        case "order":
            return chance.choice(signed.orders)
    return "/"


def _sign_in(address: str, person: str, *, password: str) -> Signed:
    """Sign in through the form, gather what there is to look at, and put a few things into the cart."""
    visitor = Visitor(address)
    status, _, leads_to = visitor.send_form("/sign-in", "/sign-in", username=person, password=password)
    if status not in (302, 303) or leads_to.endswith("/sign-in"):
        raise RuntimeError(f"{person} cannot sign in: {status}")
    products: set[str] = set()
    for word in WORDS:
        products |= set(re.findall(r'href="(/products/\d+)', visitor.ask(f"/search?q={quote(word)}")[1]))
    orders = set(re.findall(r'href="(/orders/DD-[0-9-]+)"', visitor.ask("/orders")[1]))
    if not products or not orders:
        raise RuntimeError(f"{person} sees {len(products)} products and {len(orders)} orders")
    for product in sorted(products)[:3]:
        listing = re.search(r'name="listing_id"[^>]*value="(\d+)"', visitor.ask(product)[1])
        if listing is not None:
            visitor.send_form(product, "/cart/add", listing_id=listing.group(1), quantity="2")
    return Signed(cookies=visitor.cookies, products=sorted(products), orders=sorted(orders))
