"""Reports for people: which there are, what was sent, how one would look now, and sending one by hand."""

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from insights.reports.schedule import Period
from web.account import back, me
from web.acts import tell
from web.gate import form
from web.pages import HEADERS, page, spoken
from web.pictures import Undrawable
from web.problems import Refused
from web.reaching import runs, sees_campaign
from web.report_parts import Reports
from web.report_shapes import ReportBegun, ReportPage, ReportState
from web.report_shown import address, days, listed, move, run
from web.reports import wanted
from web.visitors import Visitor
from web.words.reports import EXAMPLE, REPORTS
from web.words.survey_sentences import SAYS

NOT_KNOWN = 409
ONCE = 32  # characters, at most, of what makes a form count once


def routes(reports: Reports) -> list[Route]:
    """`/reports…`."""

    async def list_pages(request: Request) -> Response:
        who, lang = me(request), spoken(request)
        found = await reports.page()
        rows = [listed(each, lang) for each in found.reports if sees(who, each)]
        broken = found.problems if runs(who) else []
        return page(
            request,
            "reports.html",
            r=REPORTS[lang],
            say=SAYS[lang],
            rows=rows,
            problems=broken,
            runs=runs(who),
            example=EXAMPLE,
        )

    async def one(request: Request) -> Response:
        return await _show(request, reports, await _found(request, reports))

    async def send(request: Request) -> Response:
        return await _sent(request, reports)

    async def letter_page(request: Request) -> Response:
        report, lang, which = await _found(request, reports), spoken(request), wanted(request)
        told = await reports.told(report.id, which)
        if told is None:
            raise Refused(404, REPORTS[lang]["never_sent"])
        row = listed(report, lang)
        last = row["last"]
        return page(
            request, "report_letter.html", r=REPORTS[lang], report=row, which=which, letter=told.letter,
            language=report.language, days=_days(told.period, lang), sent_at=last["at"] if last else "",
        )  # fmt: skip

    async def pdf(request: Request) -> Response:
        report, lang, which = await _found(request, reports), spoken(request), wanted(request)
        try:
            found = await reports.pdf(report.id, which)
        except Undrawable as error:
            raise Refused(503, REPORTS[lang]["no_pdf"]) from error
        if found is None:
            raise Refused(404, REPORTS[lang]["never_sent"])
        period, content = found
        name = f"{report.id}-{period.first}-{period.last}{'-preview' if which == 'now' else ''}.pdf"
        headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/pdf", headers=headers)

    return [
        Route("/reports", list_pages, methods=["GET"]),
        Route("/reports/{id}", one, methods=["GET"]),
        Route("/reports/{id}", send, methods=["POST"]),
        Route("/reports/{id}/letter", letter_page, methods=["GET"]),
        Route("/reports/{id}/pdf", pdf, methods=["GET"]),
    ]


def sees(who: Visitor, report: ReportState) -> bool:
    """Whether it tells of nobody but the visitor's brands."""
    brand = report.filters.get("brand")
    return sees_campaign(who, [] if brand is None else [brand])


async def _found(request: Request, reports: Reports) -> ReportState:
    """The report of the address, if it is there for this person. Raises Refused."""
    name, found = request.path_params["id"], await reports.page()
    report = _named(name, found)
    if report is None or not sees(me(request), report):
        raise Refused(404, REPORTS[spoken(request)]["no_report"])
    return report


def _named(name: str, found: ReportPage) -> ReportState | None:
    return next((each for each in found.reports if each.id == name), None)


async def _show(request: Request, reports: Reports, report: ReportState, wrong: str = "") -> Response:
    who, lang = me(request), spoken(request)
    words = REPORTS[lang]
    acts = [act for act in ("test", "send", "again") if act != "test" or reports.mails] if runs(who) else []
    return page(
        request,
        "report.html",
        NOT_KNOWN if wrong else 200,
        r=words,
        report=listed(report, lang),
        rows=[run(each, lang) for each in report.runs],
        moves=[move(each, lang) for each in await reports.moves(report.id)],
        language=report.language,
        acts=[(act, words[f"sure_{act}"].format(email=who.email)) for act in acts],
        mails=reports.mails,
        once=secrets.token_hex(ONCE // 2),
        wrong=wrong,
        done=_done(request, lang),
    )


def _done(request: Request, lang: str) -> str:
    """What the form that came before has done; nothing where the address says no such thing."""
    begun, _, known = request.query_params.get("done", "").partition(".")
    if not (begun.isascii() and begun.isdigit() and known.isascii() and known.isdigit() and len(begun + known) < 8):
        return ""
    return REPORTS[lang]["done_begun"].format(begun=int(begun), known=int(known))


async def _sent(request: Request, reports: Reports) -> Response:
    report, given, words = await _found(request, reports), form(request), REPORTS[spoken(request)]
    act, once = given.get("act", ""), given.get("once", "")
    if act not in ("test", "send", "again") or not (once.isascii() and once.isalnum() and len(once) <= ONCE):
        return await _show(request, reports, report, words["wrong_act"])
    try:
        begun = await _begun(reports, report.id, act, once, me(request).email)
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        return await _show(request, reports, report, str(error))
    tell(request, how=act, begun=str(begun.begun))
    return back(f"{address(report.id)}?done={begun.begun}.{begun.known}")


async def _begun(reports: Reports, name: str, act: str, once: str, email: str) -> ReportBegun:
    if act == "test":
        return await reports.test(name, email, once)
    return await reports.send(name, again=act == "again", once=once)


def _days(period: Period, lang: str) -> str:
    return days(period.first.isoformat(), period.last.isoformat(), lang)
