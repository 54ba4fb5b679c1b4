"""One made-up customer with everything that happened, as the texts of its record files.

Each customer has a random generator of its own, derived from the seed and its number: customer 17
is the same in a book of 30 and in one of a million.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import vocabulary as words
from deals import deals
from draft import Draft, addressee, compact, day_between, goods
from emit import entries, money, nested, scalar, text, texts
from people import (
    User,
    address,
    birthday,
    contacts,
    derived,
    digits,
    email,
    firm_name,
    person_name,
    phone,
    pick,
    poisson,
    tail,
)
from phrases import Author

YEARS = 6
DAY = timedelta(days=1)

# kind, theme, channels with the likeliest first, share of inbound, minutes at most
EVENTS = (
    ("call", "talk", ("phone",), 0.35, 40),
    ("call", "talk", ("phone",), 0.35, 40),
    ("message", "talk", ("chat",), 0.5, 0),
    ("message", "talk", ("chat",), 0.5, 0),
    ("email", "talk", ("email",), 0.5, 0),
    ("email", "offer", ("email",), 0.4, 0),
    ("follow_up", "talk", ("phone", "chat"), 0.1, 25),
    ("inquiry", "offer", ("web", "phone", "email"), 1.0, 15),
    ("quote", "offer", ("email",), 0.0, 0),
    ("transaction", "offer", ("email", "in_person", "web"), 0.7, 20),
    ("visit", "visit", ("in_person",), 0.2, 150),
    ("meeting", "visit", ("video", "in_person"), 0.3, 90),
    ("complaint", "trouble", ("phone", "email", "web"), 1.0, 30),
    ("care", "care", ("chat", "post", "email"), 0.0, 0),
    ("event", "care", ("in_person",), 0.2, 180),
)
CHATS_EN = ("sms", "social")
CHATS_ZH = ("wechat", "wechat", "sms")
# The least logarithm of what was spent in yuan, roughly, for each level.
LEVELS = ((5.4, "vip"), (4.6, "important"), (3.2, "potential"), (-math.inf, "basic"))
OUTCOMES_EN = ("agreed", "to be continued", "no answer yet", "declined for now", "solved")
OUTCOMES_ZH = ("达成一致", "待跟进", "暂无答复", "暂不考虑", "已解决")


@dataclass(slots=True)
class Made:
    """A customer's files as text, "" for none, and how many records they hold."""

    id: str
    customer: str
    interactions: str
    orders: str
    tasks: str
    opportunities: str
    counts: tuple[int, int, int, int]


class Maker:
    """Makes the customers of one book in order; keeps nothing but the ids given away."""

    def __init__(self, seed: int, until: date, users: Sequence[User]) -> None:
        self._seed = seed
        self._last = until - DAY
        self._users = users
        self._taken: Counter[str] = Counter()
        self._recent: deque[str] = deque(maxlen=200)

    def make(self, number: int, interactions: float, orders: float, tried: float) -> Made:
        """Customer `number` with about so many interactions and orders, by gamma-Poisson, and
        opportunities."""
        rng = derived(self._seed, f"customer/{number}")
        draft = self._draft(rng)
        author = Author(rng, draft.chinese)
        buying = rng.gammavariate(0.8, 1 / 0.8)
        bought, last, spent = self._orders(rng, draft, poisson(rng, orders * buying))
        mean = interactions * (0.5 * buying + 0.5 * rng.gammavariate(2, 0.5))
        events = self._interactions(rng, draft, author, poisson(rng, mean))
        tasks = self._tasks(rng, draft, author)
        own = derived(self._seed, f"deals/{number}")
        opportunities = deals(own, draft, self._last, tried)
        made = Made(
            draft.id,
            self._customer(rng, draft, author, last, spent),
            "---\n".join(events),
            "---\n".join(bought),
            "---\n".join(tasks),
            "---\n".join(opportunities),
            (len(events), len(bought), len(tasks), len(opportunities)),
        )
        self._recent.append(draft.id)
        return made

    def _draft(self, rng: Random) -> Draft:
        chinese = rng.random() < 0.5
        person = rng.random() < 0.45
        city = pick(rng, words.CITIES_ZH if chinese else words.CITIES_EN)
        industry = gender = ""
        if person:
            name, slug, gender = person_name(rng, chinese)
        else:
            name, slug, industry = firm_name(rng, chinese, city)
        age = (1 - math.sqrt(rng.random())) * YEARS * 365
        since = self._last - timedelta(days=5 + int(age))
        lifetime = 30 + rng.expovariate(1 / (3.5 * 365))
        end = min(self._last, since + timedelta(days=int(lifetime)))
        owner = pick(rng, self._users).id if self._users and rng.random() < 0.95 else ""
        vigor = rng.gauss(0, 0.9)
        draft = Draft(self._claim(slug), name, chinese, person, since, end, vigor, owner, city)
        draft.industry = industry
        draft.gender = gender
        if not person:
            draft.contacts = contacts(rng, chinese, city, draft.id)
        return draft

    def _claim(self, slug: str) -> str:
        self._taken[slug] += 1
        times = self._taken[slug]
        return slug if times == 1 else f"{slug}-{times}"

    def _customer(
        self, rng: Random, draft: Draft, author: Author, last: date | None, spent: int
    ) -> str:
        status = self._status(rng, last)
        lines = [
            f"id: {draft.id}\n",
            text("name", draft.name),
            f"type: {'person' if draft.person else 'organization'}\nstatus: {status}\n",
            self._level(rng, spent),
        ]
        if rng.random() < 0.25:
            lines.append(f"importance: {1 + int(rng.random() * 5)}\n")
            lines.append(f"valence: {int(rng.random() * 5) - 2}\n")
        lines.append(f"owner: {draft.owner}\n" if draft.owner else "")
        lines += self._profile(rng, draft)
        lines += self._relations(rng, draft)
        if status == "lost":
            lines.append(self._lost(rng, draft))
        if rng.random() < 0.2:
            author.about(addressee(rng, draft), goods(rng, draft.chinese).name)
            lines.append(text("notes", author.note("talk")))
        lines.append(f"created: {draft.since}\nuid: {scalar(tail(rng))}\n")
        return "".join(lines)

    def _profile(self, rng: Random, draft: Draft) -> list[str]:
        chinese, city = draft.chinese, draft.city
        lines = []
        if draft.industry:
            size = pick(rng, ("micro", "small", "small", "medium", "large"))
            lines.append(f"{text('industry', draft.industry)}size: {size}\n")
        lines.append(text("region", city.region) if rng.random() < 0.7 else "")
        lines.append(texts("phones", [phone(rng, chinese, city, draft.person)]))
        lines.append(texts("emails", [email(rng, draft.id)] if rng.random() < 0.8 else []))
        if chinese and rng.random() < 0.5:
            lines.append(text("wechat", f"wx_{draft.id}"))
        lines.append(text("website", f"https://{draft.id}.example") if draft.industry else "")
        lines.append(entries("addresses", [address(rng, chinese, city)]))
        if draft.person:
            lines.append(f"gender: {draft.gender}\n{birthday(rng, chinese)}")
        lines.append(entries("contacts", [contact.text for contact in draft.contacts]))
        return lines

    def _status(self, rng: Random, last: date | None) -> str:
        if last is None:
            return "potential" if rng.random() < 0.6 else "target"
        return "lost" if (self._last - last).days > 900 and rng.random() < 0.6 else "active"

    def _level(self, rng: Random, spent: int) -> str:
        rank = math.log10(max(spent, 100) / 100) + rng.gauss(0, 0.7)
        if rng.random() < 0.1:
            return ""
        level = next(level for limit, level in LEVELS if rank > limit)
        if level not in ("vip", "important") or rng.random() < 0.5:
            return f"level: {level}\n"
        was = "potential" if level == "important" else "important"
        by = f", by: {pick(rng, self._users).id}" if self._users else ""
        at = self._last - timedelta(days=int(rng.random() * 300))
        entry = f"{{value: {level}, at: {at}{by}, was: {was}}}"
        return f"level: {level}\nlevel_history:\n  - {entry}\n"

    def _relations(self, rng: Random, draft: Draft) -> list[str]:
        tags = sorted({pick(rng, words.TAGS) for _ in range(int(rng.random() * 4))})
        interests = sorted({pick(rng, words.INTERESTS) for _ in range(int(rng.random() * 2.5))})
        kind = pick(rng, words.SOURCES)
        source = nested("source", f"kind: {kind}\ndate: {draft.since}\n")
        lines = [texts("tags", tags), texts("interests", interests), source]
        if kind == "referral" and self._recent:
            lines.append(f"referred_by: {pick(rng, self._recent)}\n")
        if rng.random() < 0.4:
            channel = pick(rng, ("email", "wechat", "sms", "phone"))
            answer = "granted" if rng.random() < 0.85 else "refused"
            consent = f"channel: {channel}\nstatus: {answer}\ndate: {draft.since}\n"
            lines.append(entries("consent", [consent]))
        if draft.person and rng.random() < 0.3:
            number = f"number: M{digits(rng, 7)}\nlevel: {pick(rng, ('silver', 'gold'))}\n"
            member = f"{number}points: {int(rng.random() * 9000)}\njoined: {draft.since}\n"
            lines.append(nested("membership", member))
        return lines

    def _lost(self, rng: Random, draft: Draft) -> str:
        reason = pick(rng, ("trust_crisis", "poor_service", "unmet_need", "falling_benefit"))
        at = min(self._last, draft.until + timedelta(days=60))
        return nested("lost", f"by: them\nreason: {reason}\nat: {at}\n")

    def _interactions(self, rng: Random, draft: Draft, author: Author, count: int) -> list[str]:
        moments = sorted(
            (day_between(rng, draft), 540 + int(rng.random() * 540)) for _ in range(count)
        )
        return [
            self._interaction(rng, draft, author, day, minute, count - place)
            for place, (day, minute) in enumerate(moments)
        ]

    def _interaction(
        self, rng: Random, draft: Draft, author: Author, day: date, minute: int, to_come: int
    ) -> str:
        kind, theme, channels, inbound, longest = pick(rng, EVENTS)
        contact = pick(rng, draft.contacts) if draft.contacts and rng.random() < 0.8 else None
        author.about(contact.name if contact else draft.name, goods(rng, draft.chinese).name)
        channel = pick(rng, channels)
        if channel == "chat":
            channel = pick(rng, CHATS_ZH if draft.chinese else CHATS_EN)
        direction = "in" if rng.random() < inbound else "out"
        lines = [
            f"id: int-{compact(day)}-{tail(rng)}\ncustomer: {draft.id}\n"
            f"at: {day}T{minute // 60:02d}:{minute % 60:02d}+08:00\n"
            f"kind: {kind}\nchannel: {channel}\ndirection: {direction}\n",
            f"by: {draft.owner}\n" if draft.owner else "",
            f"contact: {contact.id}\n" if contact else "",
            text("subject", author.subject(theme)),
            text("notes", author.note(theme, kind == "meeting")),
        ]
        if rng.random() < 0.4:
            lines.append(f"feeling: {-1 if kind == 'complaint' else int(rng.random() * 3)}\n")
        if rng.random() < 0.3:
            lines.append(text("outcome", pick(rng, OUTCOMES_ZH if draft.chinese else OUTCOMES_EN)))
        if longest:
            lines.append(f"duration: {5 + int(rng.random() * longest)}\n")
        if (to_come == 1 and rng.random() < 0.4) or rng.random() < 0.03:
            when = day + timedelta(days=2 + int(rng.random() * 40))
            lines.append(nested("next", f"date: {when}\n" + text("action", author.step())))
        lines.append(f"created: {day}\n")
        return "".join(lines)

    def _orders(self, rng: Random, draft: Draft, count: int) -> tuple[list[str], date | None, int]:
        """The documents, the day of the last one, and what was spent in cents."""
        days = sorted(day_between(rng, draft) for _ in range(count))
        typical = (600 if draft.person else 9000) * math.exp(draft.vigor)
        documents: list[str] = []
        spent = cents = 0
        id_ = ""
        for day in days:
            refund = cents > 0 and rng.random() < 0.02
            refunded, id_ = id_, f"ord-{compact(day)}-{tail(rng)}"
            head = f"id: {id_}\ncustomer: {draft.id}\ndate: {day}\n"
            if refund:
                cents = -cents if rng.random() < 0.5 else -(cents // 2)
                body = f"amount: {money(cents)}\nrefund_of: {refunded}\n"
            else:
                body, cents = order_body(rng, draft, typical)
            documents.append(f"{head}{body}created: {day}\n")
            spent += cents
        return documents, days[-1] if days else None, spent

    def _tasks(self, rng: Random, draft: Draft, author: Author) -> list[str]:
        documents = []
        while rng.random() < 0.2:
            author.about(addressee(rng, draft), goods(rng, draft.chinese).name)
            open_ = rng.random() < 0.5
            offset = int(rng.random() * 50) - 20 if open_ else -int(rng.random() * 400)
            due = self._last + timedelta(days=offset)
            made = min(self._last, due - timedelta(days=int(rng.random() * 20)))
            kind = pick(rng, ("follow_up", "appointment", "call_back", "care"))
            head = f"id: tsk-{compact(made)}-{tail(rng)}\ncustomer: {draft.id}\n"
            owner = f"owner: {draft.owner}\n" if draft.owner else ""
            status = "" if open_ else "status: done\n"
            priority = "priority: high\n" if rng.random() < 0.15 else ""
            title = text("title", author.task())
            documents.append(
                f"{head}{title}kind: {kind}\ndue: {due}\n{owner}{status}{priority}created: {made}\n"
            )
        return documents


def order_body(rng: Random, draft: Draft, typical: float) -> tuple[str, int]:
    """What follows an order's date, and its amount in cents.

    Log-normal with a Pareto tail; a plain amount, or lines whose sum is exact.
    """
    yuan = typical * math.exp(rng.gauss(0, 0.6))
    if rng.random() < 0.02:
        yuan *= min(rng.paretovariate(1.1), 40)
    seller = f"by: {draft.owner}\n" if draft.owner else ""
    roll = rng.random()
    status = ""
    if roll < 0.7:
        status = "status: completed\n"
    elif roll < 0.73:
        status = "status: cancelled\n"
    if rng.random() < 0.65:
        cents = max(int(yuan * 100), 100)
        return f"{status}{seller}amount: {money(cents)}\ncurrency: CNY\n", cents
    lines = []
    cents = 0
    for number in range(1, 1 + int(rng.random() * 3 + 1)):
        product = goods(rng, draft.chinese)
        quantity = max(1, int(yuan / product.price / 2))
        discount = int(rng.random() * 4) * 5 if rng.random() < 0.3 else 0
        cents += product.price * quantity * (100 - discount)
        line = f"id: l{number}\nproduct: {product.id}\n"
        line += f"quantity: {quantity}\n" if quantity > 1 else ""
        line += f"price: {product.price}\n"
        lines.append(line + (f"discount: {discount}\n" if discount else ""))
    return f"{status}{seller}{entries('lines', lines)}amount: {money(cents)}\n", cents
