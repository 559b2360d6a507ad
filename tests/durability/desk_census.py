"""What a kill -9 test counts where people talk: every word once and to the right person, and doubts are seen."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.cases.state import Case
from bot.messages import Outbound
from tests.durability.desk_town import DeskTown, Talk, Thread
from tests.durability.desks import CLAIMED, DESKS, DOUBTFUL, GROUPS, REPEATED, ROOMS, Posted, Token, tokens
from tests.durability.invariants import BLIND, WENT, Row, Tables, broken
from tests.durability.networks import Taken

IN_DOUBT = ("🤔", "grey_question")  # our signs for it
_CODE = re.compile(r"Case ([2-9A-HJKMNP-Z]{4}): ")
_outbound = msgspec.json.Decoder(Outbound).decode
_case = msgspec.json.Decoder(Case).decode


class Count:
    """The tables, and what was said where."""

    def __init__(self, found: Tables, town: DeskTown, at_last: Mapping[str, Any]) -> None:
        """`at_last`: how the desks look, see desk_provider."""
        self.found = found
        self.town = town
        self.talks = town.talks
        self.signs = {ref: signs for each in at_last["signs"].values() for ref, signs in each.items()}
        self.threads = [(name, *thread) for name, threads in at_last["threads"].items() for thread in threads]
        self.posted = [post for posts in town.posted.values() for post in posts]
        self.by_thread: dict[Thread, list[Posted]] = defaultdict(list)
        for post in self.posted:
            self.by_thread[post.channel, post.chat, post.thread].append(post)
        self.cases = {row["lane"]: _case(row["state"]) for row in found["cases"]}
        self.told = defaultdict[Token, list[Row]](list)
        for row in found["outbox"]:
            if row["kind"] == "agent":
                for token in tokens(_outbound(row["payload"]).prompt.text):
                    self.told[token].append(row)

    def taken(self) -> list[Taken]:
        """What customers got, with our key where the provider has not seen it: by the words, and by their order."""
        waiting: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.found["outbox"]:
            if not row["edits"] and row["channel"] in BLIND and row["kind"] not in ("desk", "card", "status"):
                message = _outbound(row["payload"])
                text = f"{message.alias}: {message.prompt.text}" if message.alias else message.prompt.text
                waiting[row["lane"], text].append(row)
        for rows in waiting.values():
            rows.sort(key=lambda row: (row["state"] not in WENT, row["id"]))
        messages = [message for messages in self.town.taken.values() for message in messages]
        return [one if one.key else one._replace(key=_next(waiting[one.lane, one.body])) for one in messages]

    def case_threads(self, talk: Talk) -> dict[str, list[Thread]]:
        """The threads of a conversation's case by channel: those in which anything was said."""
        case = self.cases.get(talk.lane)
        found: dict[str, list[Thread]] = {channel: [] for channel in DESKS[talk.desk]}
        for thread, posts in self.by_thread.items():
            if case and any((match := _CODE.search(post.body)) and match[1] == case.code for post in posts):
                found.setdefault(thread[0], []).append(thread)
        return found

    def orphans(self) -> list[tuple[str, ...]]:
        """Threads that were opened and in which nothing was ever said."""
        return [each for each in self.threads if each[:3] not in self.by_thread]

    def _twice(self) -> list[str]:
        """What is to be read in a thread with the mark of a repetition and without."""
        seen = {(post.channel, post.chat, post.thread, post.body) for post in self.posted}
        return [
            post.body
            for post in self.posted
            if post.body.endswith(REPEATED) and (*post[:3], post.body.removesuffix(REPEATED).rstrip()) in seen
        ]

    def figures(self) -> dict[str, Any]:
        """What there was to lose."""
        rows, talks = self.found["outbox"], self.talks.values()
        unknown = [row for row in rows if row["state"] == "unknown"]
        arrived = {message.key for message in self.taken()}
        return {
            "customers": dict(Counter(talk.channel for talk in talks)),
            "cases": dict(Counter(case.phase for case in self.cases.values())),
            "acknowledged": len(self.town.acked),
            "from customers": sum(len(talk.said) for talk in talks),
            "from agents": dict(Counter(talk.channel for talk in talks for _ in talk.told)),
            "at desks": dict(Counter(post.channel for post in self.posted)),
            "outbox": dict(sorted(Counter(f"{row['kind']} {row['state']}" for row in rows).items())),
            "looked up or repeated": sum(row["unknown_since"] > 0 or row["attempts"] > 1 for row in rows),
            "unknown": dict(Counter(row["kind"] for row in unknown)),
            "of these arrived": len(arrived.intersection(row["key"] for row in unknown)),
            "marked as repeated": sum(REPEATED in post.body for post in self.posted),
            "of these twice": len(self._twice()),
            "cards marked as repeated": sum(REPEATED in post.body for post in _cards(self.posted)),
            "cards twice": sum(len(cards) - 1 for posts in self.by_thread.values() if (cards := _cards(posts))),
            "topics without a word": len(self.orphans()),
        }

    def check(self, kills: int) -> None:
        """Raises Broken."""
        talks = self.talks.values()
        self._nobody_is_left_behind(talks)
        for talk in talks:
            self._agents_words_arrive_once(talk)
            self._customers_words_are_in_the_thread(talk)
            self._nothing_is_repeated_without_a_mark(talk)
            self._there_is_one_owner(talk)
        self._words_reach_nobody_else()
        orphans = self.orphans()
        broken("P5", "threads nobody wrote in, more than kills", orphans[kills:])
        broken("P5", "threads nobody wrote in, on Slack", [each for each in orphans if each[0] == "slack"])
        broken("P5", "messages are in doubt, more than kills", self._unknown()[kills:])

    def _unknown(self) -> list[str]:
        return [row["key"] for row in self.found["outbox"] if row["state"] == "unknown"]

    def _nobody_is_left_behind(self, talks: Iterable[Talk]) -> None:
        """Whoever is not stuck has come to the end, and so has their case."""
        broken("P1", "conversations have not ended", [_brief(talk) for talk in talks if not (talk.done or talk.stuck)])
        ended = {talk.lane: self.cases[talk.lane].phase for talk in talks if talk.done and talk.lane in self.cases}
        broken("P1", "cases are not confirmed", [pair for pair in ended.items() if pair[1] != "confirmed"])
        several = [lane for lane, count in Counter(row["lane"] for row in self.found["cases"]).items() if count > 1]
        broken("P2", "customers have several cases", several)

    def _agents_words_arrive_once(self, talk: Talk) -> None:
        """P1, P4, P5: what an agent said is sent once, in order; what is in doubt says so in the thread."""
        lost = [str(token) for token in talk.told if not self.told[token]]
        broken("P1", f"words of agents to {talk.lane} are lost", lost)
        double = [str(token) for token in talk.told if len(self.told[token]) > 1]
        broken("P2", f"words of agents to {talk.lane} were decided twice", double)
        rows = {token: self.told[token][0] for token in talk.told}
        heard = [token for one in self.town.taken[talk.channel] if one.lane == talk.lane for token in tokens(one.body)]
        times = Counter(heard)
        twice = [str(token) for token in rows if times[token] > 1]
        broken("P5", f"words of agents reached {talk.lane} twice", twice)
        odd = {"unknown"} if talk.channel in BLIND else set()
        unsent = [
            (str(token), row["state"], row["error"]) for token, row in rows.items() if row["state"] not in WENT | odd
        ]
        broken("P4", f"words of agents to {talk.lane} were not sent", unsent)
        silent = [str(token) for token, row in rows.items() if row["state"] in WENT and not times[token]]
        broken("P4", f"words of agents say sent and never reached {talk.lane}", silent)
        broken("I10", f"words of agents to {talk.lane} were overtaken", [] if heard == sorted(heard) else [heard])
        for token, row in rows.items():
            if row["state"] == "unknown":
                self._doubt_is_seen(talk, token)

    def _doubt_is_seen(self, talk: Talk, token: Token) -> None:
        """P5: by words in the thread, and by a sign on the message."""
        told = [
            post.body for post in self.by_thread[talk.place] if DOUBTFUL in post.body and token in tokens(post.body)
        ]
        broken("P5", "messages in doubt do not say so in the thread", [] if told else [(talk.lane, str(token))])
        signs = self.signs.get(talk.refs[token], [])
        broken(
            "P5", "messages in doubt have another sign", [] if signs and signs[0] in IN_DOUBT else [(str(token), signs)]
        )

    def _customers_words_are_in_the_thread(self, talk: Talk) -> None:
        """P1, P2: in each place of the case, in order; twice only where it says so and nothing can be looked up."""
        for channel, threads in self.case_threads(talk).items():
            if not talk.place[0]:
                continue  # stuck before there was a case
            broken("P2", f"{channel}: {talk.lane} has not one thread", [threads] if len(threads) != 1 else [])
            posts = [post for post in self.by_thread[threads[0]] if not _CODE.search(post.body)]  # cards quote, too
            said = [
                (token, REPEATED in post.body) for post in posts for token in tokens(post.body) if token.kind == "said"
            ]
            times = Counter(token for token, _ in said)
            lost = [str(token) for token in talk.said if not times[token]]
            broken("P1", f"{channel}: words of {talk.lane} are not in the thread", lost)
            unmarked = Counter(token for token, again in said if not again)
            limit = unmarked if channel in BLIND else times
            broken("P5", f"{channel}: words of {talk.lane} are repeated", [str(t) for t, n in limit.items() if n > 1])
            first = list(dict.fromkeys(token for token, _ in said))
            broken("I10", f"{channel}: words of {talk.lane} were overtaken", [] if first == sorted(first) else [first])

    def _nothing_is_repeated_without_a_mark(self, talk: Talk) -> None:
        """P5: cards, notes and words, each as often as it was decided; more often only if it says so and must."""
        case = self.cases.get(talk.lane)
        if case is None:
            return
        decided = Counter(
            (row["channel"], _outbound(row["payload"]).prompt.text)
            for row in self.found["outbox"]
            if row["lane"].endswith(f"@{case.id}") and not row["edits"]
        )
        for channel, threads in self.case_threads(talk).items():
            for thread in threads:
                posts = [post.body for post in self.by_thread[thread]]
                if channel in BLIND:
                    posts = [body for body in posts if REPEATED not in body]
                cards = [body for body in posts if _CODE.search(body)]  # however they look
                broken("P5", f"{channel}: cards of {talk.lane} are repeated without saying so", cards[1:])
                again = [body for body, times in Counter(posts).items() if times > max(1, decided[channel, body])]
                broken("P5", f"{channel}: {talk.lane} is spoken of again without saying so", again)

    def _there_is_one_owner(self, talk: Talk) -> None:
        """P7: who claimed it, once, is who owns it, and all that the customer read is theirs."""
        case = self.cases.get(talk.lane)
        if case is None or not talk.owner:
            return
        claims = [
            match[1].lower()
            for row in self.found["case_entry"]
            if row["case_id"] == case.id and (match := CLAIMED.search(row["text"]))
        ]
        broken("P7", f"claims of the case of {talk.lane}", [claims] if claims != [talk.owner] else [])
        owner = case.owner.id if case.owner else ""
        broken("P7", f"owners of the case of {talk.lane}", [owner] if owner != talk.owner else [])

    def _words_reach_nobody_else(self) -> None:
        """P6: customers read what agents told them, and nothing else; a thread holds the words of its case."""
        strange = [
            (message.lane, str(token))
            for messages in self.town.taken.values()
            for message in messages
            for token in tokens(message.body)
            if token.kind != "told" or self.talks[token.talk].lane != message.lane
        ]
        broken("P6", "words reached somebody they were not meant for", strange)
        mixed = [
            (thread, sorted(about))
            for thread, posts in self.by_thread.items()
            if len(about := {token.talk for post in posts for token in tokens(post.body)}) > 1
        ]
        broken("P6", "threads hold words about several customers", mixed)
        places = {("slack", room) for room in ROOMS.values()}
        outside = [post for post in self.posted if post.channel == "telegram" and post.thread == "0"]
        broken("P6", f"words outside of all topics of {len(GROUPS)} groups, {len(places)} channels", outside)


def _cards(posts: Iterable[Posted]) -> list[Posted]:
    return [post for post in posts if _CODE.search(post.body)]


def _next(rows: list[Row]) -> str:
    return str((rows.pop(0) if len(rows) > 1 else rows[0])["key"]) if rows else "?"


def _brief(talk: Talk) -> Sequence[object]:
    return (
        talk.lane,
        talk.desk,
        len(talk.heard),
        talk.acked,
        talk.place,
        talk.owner,
        talk.told,
        talk.said,
        talk.resolved,
    )
