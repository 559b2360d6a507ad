"""Campaigns and decisions as pages show them: figures, shares, days, and reasons in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from bot.outreach.campaign import Campaign
from web.outreach_parts import Listed, Shown
from web.outreach_shapes import CampaignForecast, CampaignPrecision, CampaignState, CampaignWave
from web.words.outreach import OUTREACH, reason

MOST_ROWS = 40


class Bar(NamedTuple):
    """A line of a table that is a chart too; `told` is how many, `width` in percent of the longest, `share` of all."""

    name: str
    told: str
    share: str
    width: float
    link: str = ""


def figure(number: int, lang: str) -> str:
    """1.234 or 1,234."""
    return f"{number:,}".replace(",", "." if lang == "de" else ",")


def day(iso: str, lang: str) -> str:
    """The date of an ISO moment or day."""
    if not iso:
        return ""
    found = date.fromisoformat(iso[:10])
    return f"{found:%d.%m.%Y}" if lang == "de" else f"{found:%Y-%m-%d}"


def minute(iso: str | None, lang: str) -> str:
    """An ISO moment in UTC, to the minute."""
    return f"{day(iso, lang)}, {iso[11:16]} UTC" if iso else ""


def percent(part: int, whole: int) -> int:
    """In whole percent: 100 only when all is done, 0 only when nothing is."""
    if not whole or part >= whole:
        return 100 if whole else 0
    return min(99, max(1, round(100 * part / whole))) if part > 0 else 0


def bars(counts: Iterable[tuple[str, int, str]], whole: int, lang: str) -> list[Bar]:
    """Names with how many and a link, as lines; the first MOST_ROWS of them."""
    rows = list(counts)[:MOST_ROWS]
    longest = max((count for _, count, _ in rows), default=0) or 1
    return [
        Bar(name, figure(count, lang), f"{percent(count, whole)} %", round(100 * count / longest, 1), link)
        for name, count, link in rows
    ]


def listed(row: Listed, lang: str) -> dict[str, Any]:
    """A campaign in the list."""
    words = OUTREACH[lang]
    return {
        **row._asdict(),
        "at": f"/outreach/{quote(row.id, safe='')}",
        "name": row.title or row.id,
        "percent": percent(row.decided, row.members),
        "told": _told(row, lang) if row.n else words["no_wave"],
        "brands": ", ".join(row.brands),
    }


def _told(row: Listed, lang: str) -> str:
    """How far its wave is, and when it is through."""
    words = OUTREACH[lang]
    which = words["wave_of"] if row.waves > 1 else words["wave_n"] if row.waves != 1 else ""
    named = which.format(n=row.n, of=row.waves)
    values = {
        "first": day(row.first_day, lang), "last": day(row.last_day, lang), "members": figure(row.members, lang),
        "decided": figure(row.decided, lang), "asked": figure(row.asked, lang),
    }  # fmt: skip
    state = row.wave if row.state != "cancelled" else "cancelled"
    return f"{named}{words[f'told_{state}'].format(**values)}"


def wave(each: CampaignWave, state: CampaignState, lang: str, *, link: bool) -> dict[str, Any]:
    """A wave with its reasons as a chart, each with a way to the people behind it for who may read decisions."""
    not_asked = sum(each.not_asked.values())
    decided = each.asked + not_asked
    whole = decided + each.waiting

    def people(**more: str) -> str:
        if not link:
            return ""
        query = {"name": state.id, "wave": str(each.n), "from": each.starts_at[:10], "to": each.ends_at[:10], **more}
        return f"/ledger?{urlencode(query)}"

    reasons = sorted(each.not_asked.items(), key=lambda one: (-one[1], one[0]))
    rows = [(OUTREACH[lang]["outcome_asked"], each.asked, people(outcome="asked"))] if each.asked else []
    rows += [(reason(rule, lang), count, people(outcome="not_asked", rule=rule)) for rule, count in reasons]
    if each.waiting:
        rows.append((OUTREACH[lang]["still_waiting"], each.waiting, people()))
    return {
        "n": each.n,
        "state": each.state,
        "first": day(each.first_day, lang),
        "last": day(each.last_day, lang),
        "percent": 100 if each.state == "done" else percent(decided, max(whole, each.members)),
        "whole": max(whole, each.members),
        "decided": decided,
        "asked": each.asked,
        "answered": each.answered,
        "not_asked": not_asked,
        "waiting": each.waiting,
        "looked_at": each.looked_at,
        "ready": minute(each.ready_at, lang),
        "rate": percent(each.answered, each.asked),
        "reasons": bars(rows, whole, lang),
        "messages": [
            (OUTREACH[lang].get(f"message_{name}", name), figure(count, lang)) for name, count in each.messages.items()
        ],
    }


def cells(shown: Shown, lang: str) -> list[dict[str, Any]]:
    """The cells of a campaign with their scores."""
    most = shown.written.quota.most if shown.written.quota else 0
    found = []
    for each in shown.cells:
        scored = each.detractors + each.passives + each.promoters
        score = round(100 * (each.promoters - each.detractors) / scored) if scored else None
        found.append({
            "name": each.name.replace("|", " · ").strip(" ·") or "–",
            "planned": figure(each.planned, lang),
            "most": figure(most, lang) if most else "",
            "width": round(min(100.0, 100 * each.planned / most), 1) if most else 0.0,
            "asked": figure(each.asked, lang),
            "answered": figure(scored, lang),
            "score": "–" if score is None else f"{score:+d}".replace("-", "\u2212") if score else "0",
        })  # fmt: skip
    return found if len(found) > 1 or most else []


def plan_facts(campaign: Campaign, lang: str) -> list[tuple[str, str]]:
    """What a campaign says, as lines."""
    words, waves, who = OUTREACH[lang], campaign.waves, campaign.audience
    named = [f"{name}: {', '.join(values)}" for name, values in who.attribute.items()]
    named += [f"{words[key]}: {', '.join(values)}" for key in ("language", "country") if (values := getattr(who, key))]
    if who.revenue_from is not None:
        named.append(f"{words['revenue_from']}: {figure(who.revenue_from, lang)}")
    every = words[f"every_{waves.every or ''}"]
    limit = ""
    if campaign.quota:
        limit = words["told_quota"].format(most=figure(campaign.quota.most, lang), by=", ".join(campaign.quota.by))
    if campaign.precision:
        of = campaign.precision
        values = {"within": f"{of.within:g}", "by": ", ".join(of.by), "messages": figure(of.messages, lang)}
        limit = words["told_precision"].format(**values)
    rows = [
        ("flow", campaign.flow),
        ("audience", "; ".join(named) or words["everybody"]),
        ("sample", f"{campaign.sample * 100:g} %" if campaign.sample else ""),
        ("rotate", words["told_rotate"].format(n=campaign.rotate) if campaign.rotate > 1 else ""),
        ("waves", words["told_waves"].format(starts=day(waves.starts.isoformat(), lang), days=waves.days, every=every)),
        ("most", figure(campaign.most, lang) if campaign.most else ""),
        ("daily", figure(campaign.daily, lang) if campaign.daily else ""),
        ("limit", limit),
        ("channels", ", ".join(campaign.channels)),
    ]
    return [(words[name], value) for name, value in rows if value]


def forecast_shown(found: CampaignForecast, lang: str) -> dict[str, Any]:
    """What a wave would come to."""
    whole = found.asked + sum(found.deferred.values()) + sum(found.not_asked.values())

    def told(counts: Mapping[str, int], *, rules: bool = False) -> list[Bar]:
        largest = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return bars(((reason(name, lang) if rules else name, n, "") for name, n in largest), whole, lang)

    return {
        "waits": sum(found.deferred.values()),
        "left": sum(found.not_asked.values()),
        "not_asked": told(found.not_asked, rules=True),
        "deferred": told(found.deferred, rules=True),
        "channels": told(found.channels),
        "cells": told({name.replace("|", " · ").strip(" ·") or "–": n for name, n in found.cells.items()}),
        "first": day(found.first_day, lang),
        "last": day(found.last_day, lang),
        "precision": _precision(found.precision, lang) if found.precision else None,
    }


def days(found: CampaignForecast, lang: str) -> list[Bar]:
    """By day, in order."""
    rows = sorted(found.days.items())
    return bars(((day(iso, lang), count, "") for iso, count in rows), found.members, lang)


def _precision(found: CampaignPrecision, lang: str) -> dict[str, Any]:
    cells = [
        {
            "name": each.cell.replace("|", " · ").strip(" ·") or "–",
            "score": "–" if each.score is None else f"{each.score:+.0f} ± {each.half_width:.0f}",
            "needs": figure(each.needs, lang),
            "state": OUTREACH[lang][f"cell_{each.state.replace(' ', '_')}"],
        }
        for each in found.cells[:MOST_ROWS]
    ]
    return {"planned": figure(found.planned, lang), "uniform": figure(found.uniform, lang), "cells": cells}
