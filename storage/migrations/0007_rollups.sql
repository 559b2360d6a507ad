-- Rollups: what dashboards count, kept up to date in the transaction that stores an answer.

-- A combination of dimensions, such as brand and region. `id` is a digest of grain and terms. `grain` is '' for everything that
-- is known of a survey, '*' for all surveys together, or the one dimension that the cell is about.
CREATE TABLE cell (
  id BIGINT PRIMARY KEY,
  grain TEXT NOT NULL,
  terms TEXT NOT NULL
){clustered};

CREATE TABLE cell_term (
  cell BIGINT NOT NULL,
  dimension TEXT NOT NULL,
  term TEXT NOT NULL,
  PRIMARY KEY (cell, dimension)
){clustered};
CREATE INDEX cell_term_term ON cell_term (term, cell);

-- What the rollups hold of one survey; days are UTC dates, '' for none. What is counted about it later is the difference to this.
CREATE TABLE counted (
  session TEXT PRIMARY KEY,
  cell BIGINT NOT NULL,
  asked TEXT NOT NULL,
  delivered INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  opted_out INTEGER NOT NULL,
  scored TEXT NOT NULL,
  score INTEGER,
  commented_at BIGINT,
  revenue BIGINT
){clustered};
CREATE INDEX counted_comments ON counted (cell, commented_at, session) WHERE commented_at IS NOT NULL;

-- Sums over surveys by day and by month: scores and comments under the day of the score, all else under the day of the question.
-- Several workers add to rows of their own (`shard`).
CREATE TABLE rollup (
  grain TEXT NOT NULL,
  period TEXT NOT NULL CHECK (period IN ('day', 'month')),
  start TEXT NOT NULL,
  cell BIGINT NOT NULL,
  shard INTEGER NOT NULL,
  s0 BIGINT NOT NULL, s1 BIGINT NOT NULL, s2 BIGINT NOT NULL, s3 BIGINT NOT NULL, s4 BIGINT NOT NULL, s5 BIGINT NOT NULL,
  s6 BIGINT NOT NULL, s7 BIGINT NOT NULL, s8 BIGINT NOT NULL, s9 BIGINT NOT NULL, s10 BIGINT NOT NULL,
  commented BIGINT NOT NULL,
  low_revenue BIGINT NOT NULL,
  middle_revenue BIGINT NOT NULL,
  high_revenue BIGINT NOT NULL,
  asked BIGINT NOT NULL,
  delivered BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  completed BIGINT NOT NULL,
  opted_out BIGINT NOT NULL,
  PRIMARY KEY (grain, period, start, cell, shard)
){clustered};
