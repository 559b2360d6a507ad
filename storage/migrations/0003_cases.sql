-- Cases: what unhappy customers need from people, where their agents see them, and what happened to them.

CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  lane TEXT NOT NULL,
  session TEXT NOT NULL,
  desk TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('open', 'claimed', 'waiting', 'resolved', 'confirmed')),
  owner TEXT NOT NULL,
  priority TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  responded_at BIGINT NOT NULL,
  resolved_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  cause TEXT NOT NULL,
  score INTEGER,
  score_after INTEGER,
  channel TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX cases_phase ON cases (phase, desk);
CREATE INDEX cases_opened ON cases (opened_at);
CREATE INDEX cases_code ON cases (code);

CREATE TABLE case_entry (
  case_id TEXT NOT NULL,
  turn INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  text TEXT NOT NULL,
  key TEXT NOT NULL,
  media INTEGER NOT NULL,
  PRIMARY KEY (case_id, turn, n)
){clustered};

-- `place` is the lane that messages to this place go to, `inbound` the one that its agents write from. `opening` is the lane
-- of the group in which the case is to get a thread, for as long as nobody knows what the provider calls it.
CREATE TABLE case_place (
  case_id TEXT NOT NULL,
  place TEXT NOT NULL,
  inbound TEXT NOT NULL,
  thread TEXT NOT NULL DEFAULT '',
  card_id TEXT NOT NULL DEFAULT '',
  opening TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (case_id, place)
){clustered};
CREATE INDEX case_place_inbound ON case_place (inbound) WHERE inbound <> '';
CREATE INDEX case_place_opening ON case_place (opening) WHERE opening <> '';

-- NULL where there is no case: nothing is looked up then.
ALTER TABLE address ADD COLUMN case_id TEXT;
ALTER TABLE address ADD COLUMN history TEXT NOT NULL DEFAULT '';

-- Vouchers' single-use codes that have gone out, or are about to: each with one message.
CREATE TABLE voucher (
  desk TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL,
  PRIMARY KEY (desk, name, code)
){clustered};

-- The key of the message that this one is a part of: several that waited in one lane go out as one, and share its fate.
ALTER TABLE outbox ADD COLUMN along TEXT;
CREATE INDEX outbox_along ON outbox (along) WHERE along IS NOT NULL;

-- Files behind links, for people whose channel does not carry them. `token_hash` is the SHA-256 of what is in the link: who
-- reads the database cannot use it. `id` says which message the file went with.
CREATE TABLE file (
  token_hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  size INTEGER NOT NULL,
  data {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX file_expires ON file (expires_at);

-- Its rows have become events.
DROP TABLE case_request;
