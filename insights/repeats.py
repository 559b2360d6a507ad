"""Scores of people who answered more than once: their answers are alike, and no more than so many people are heard.

Every answer counts, and the interval knows whose it is: the variance is that of people's sums around their shares
(ratio estimator; W. G. Cochran: Sampling Techniques, 3rd edition, Wiley 1977, section 6.3; "cluster-robust" since
K.-Y. Liang, S. L. Zeger: Longitudinal data analysis using generalized linear models. Biometrika 73 (1986), 13-22, with
the usual factor people / (people - 1)). From it follows as how many single answers they count, and the interval is the
adjusted Wald one of as many. Who answers more often counts more often; `last` is for who wants one vote per person.
"""

from collections.abc import Iterable, Sequence

from insights.estimates import CONFIDENCE, Estimate
from insights.nps import Scores, nps, together


def by_person(people: Iterable[Scores], confidence: float = CONFIDENCE) -> Estimate | None:
    """The score from the answers of each person; None without any. `n` is the number of answers."""
    each = [scores for scores in people if scores.n]
    everybody = together(each)
    worth = effective(each)
    if not worth:
        return None
    share = worth / everybody.n
    counted = nps(
        Scores(share * everybody.detractors, share * everybody.passives, share * everybody.promoters), confidence
    )
    return Estimate(counted.value, counted.low, counted.high, round(everybody.n)) if counted else None


def effective(people: Sequence[Scores]) -> float:
    """As how many single answers they count: as if each person always said the same at least, and as all at most."""
    each = [scores for scores in people if scores.n]
    if not each:
        return 0.0
    everybody = together(each)
    least = everybody.n**2 / sum(scores.n**2 for scores in each)
    if everybody.variance <= 0 or len(each) == 1:
        return least
    apart = sum((scores.promoters - scores.detractors - everybody.score * scores.n) ** 2 for scores in each)
    variance = apart / everybody.n**2 * len(each) / (len(each) - 1)
    worth = everybody.n * everybody.variance / variance if variance > 0 else everybody.n
    return min(everybody.n, max(least, worth))


def last(people: Iterable[Sequence[Scores]]) -> Scores:
    """One vote per person: the last of each person's answers, in the order in which they were given."""
    return together(answers[-1] for answers in people if answers)
