-- Versions of flows, the variant of its flow that a session runs on, and cases that only try a survey out.

-- What was published when, by whom: the highest `n` of a flow is what new conversations begin with. Rows are never changed.
CREATE TABLE flow_version (
  flow TEXT NOT NULL,
  n INTEGER NOT NULL,
  revision TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('file', 'published', 'rolled_back')),
  author TEXT NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (flow, n)
){clustered};

ALTER TABLE session ADD COLUMN variant TEXT NOT NULL DEFAULT '';

ALTER TABLE cases ADD COLUMN basis TEXT NOT NULL DEFAULT '';
