"""The pages of `rollups` by DuckDB, which runs in an environment of its own: prints their median, ms, as JSON."""

import json
import sys
import time
from datetime import date, timedelta
from statistics import median

FIRST = date(2026, 1, 1)
DAYS = 365
COMBINATIONS = 3000
MULTIPLIER = 7919  # surveys go through the combinations in this step
SCORE = "CASE WHEN (s.n * 31) % 97 < 50 THEN 9 + s.n % 2 WHEN (s.n * 31) % 97 < 70 THEN 7 + s.n % 2 ELSE s.n % 7 END"
VISITS = 20


def main(cells: str, rows: int) -> None:
    """Make the rows and visit the pages."""
    import duckdb  # noqa: PLC0415  # only in the peers' environment

    base = duckdb.connect()
    with open(cells) as file:  # noqa: PTH123  # nothing of ours is installed here
        combined = json.load(file)
    names = sorted(combined[0])
    base.execute(f"CREATE TABLE cells (n BIGINT, {', '.join(f'{name} VARCHAR' for name in names)})")
    base.executemany(
        f"INSERT INTO cells VALUES (?{', ?' * len(names)})",  # noqa: S608  # our own names
        [(number, *(about[name] for name in names)) for number, about in enumerate(combined)],
    )
    base.execute(f"""
        CREATE TABLE answer AS
        SELECT DATE '{FIRST}' + CAST(s.n * {DAYS} // {rows} AS INTEGER) AS day, {SCORE} AS score, c.* EXCLUDE (n)
        FROM range({rows}) AS s (n) JOIN cells AS c ON c.n = (s.n * {MULTIPLIER}) % {COMBINATIONS}
        ORDER BY s.n""")  # noqa: S608
    last = FIRST + timedelta(days=DAYS - 1)
    month, quarter = last - timedelta(days=29), last - timedelta(days=89)
    took: dict[str, list[float]] = {"home": [], "segment": []}
    for number in range(VISITS):
        within = f"AND brand = 'brand-{number % 3}' AND region = 'region-{number % 8}'"
        pages = (("home", "", ("brand", "channel")), ("segment", within, ("touchpoint", "agent")))
        for name, where, by in pages:
            keys = [(FIRST, "date_trunc('month', day)"), (month, "day"), *((quarter, dimension) for dimension in by)]
            began = time.perf_counter()
            for first, key in keys:
                base.execute(
                    f"SELECT {key}, score, count(*) FROM answer"  # noqa: S608
                    f" WHERE day BETWEEN '{first}' AND '{last}' {where} GROUP BY ALL"
                ).fetchall()
            took[name].append((time.perf_counter() - began) * 1000)
    print(json.dumps({name: median(times) for name, times in took.items()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
