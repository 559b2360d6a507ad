-- Drafts of surveys, which authors write in the browser.

-- One of each survey: what was saved last, by whom, and the version that it was begun from, 0 for none. `n` is when it
-- was saved (epoch ms), and another one each time; `brand` is whose it is, '' for no brand's.
CREATE TABLE flow_draft (
  flow TEXT PRIMARY KEY,
  n BIGINT NOT NULL,
  source TEXT NOT NULL,
  based_on BIGINT NOT NULL,
  brand TEXT NOT NULL,
  person TEXT NOT NULL,
  author TEXT NOT NULL
){clustered};
