-- The conversation: inbox, lanes, sessions, answers, outbox, timers. Times are epoch milliseconds. Only `{identity}` and
-- `{clustered}` (rows kept in the order of their primary key) differ between the two databases.

CREATE TABLE inbox (
  id {identity},
  channel TEXT NOT NULL,
  event_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  lane TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  ready_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'poison')),
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  UNIQUE (channel, event_key)
);
CREATE INDEX inbox_new_lane ON inbox (lane, id) WHERE state = 'new';
CREATE INDEX inbox_new_ready ON inbox (ready_at) WHERE state = 'new';
CREATE INDEX inbox_poison ON inbox (id) WHERE state = 'poison';
CREATE INDEX inbox_lane ON inbox (lane, id) WHERE kind IN ('said', 'keyword', 'pressed');

CREATE TABLE address (
  lane TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  chat TEXT NOT NULL,
  thread TEXT NOT NULL,
  language TEXT NOT NULL,
  opted_out_at BIGINT,
  heard_at BIGINT NOT NULL,
  sender TEXT NOT NULL,
  session TEXT NOT NULL,
  seen_at BIGINT NOT NULL
){clustered};

CREATE TABLE flow_revision (
  revision TEXT PRIMARY KEY,
  flow TEXT NOT NULL,
  source TEXT NOT NULL,
  saved_at BIGINT NOT NULL
);

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  flow TEXT NOT NULL,
  revision TEXT NOT NULL,
  language TEXT NOT NULL,
  owner TEXT NOT NULL CHECK (owner IN ('bot', 'human')),
  outcome TEXT NOT NULL,
  basis TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  heard_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX session_started ON session (started_at);
CREATE INDEX session_running ON session (revision) WHERE outcome = '';

CREATE TABLE answer (
  session TEXT NOT NULL,
  question TEXT NOT NULL,
  type TEXT NOT NULL,
  flow TEXT NOT NULL,
  revision TEXT NOT NULL,
  lane TEXT NOT NULL,
  channel TEXT NOT NULL,
  language TEXT NOT NULL,
  value INTEGER,
  text TEXT NOT NULL,
  segment TEXT NOT NULL,
  comment TEXT NOT NULL,
  at BIGINT NOT NULL,
  day TEXT NOT NULL,
  corrections INTEGER NOT NULL,
  PRIMARY KEY (session, question),
  CHECK (type <> 'nps' OR value BETWEEN 0 AND 10)
){clustered};
CREATE INDEX answer_at ON answer (at, session);

CREATE TABLE outbox (
  id {identity},
  key TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  channel TEXT NOT NULL,
  session TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'reconciling', 'sent', 'delivered',
    'undelivered', 'read', 'failed', 'expired', 'cancelled', 'unknown')),
  rank INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT NOT NULL DEFAULT '',
  lease_until BIGINT NOT NULL DEFAULT 0,
  lease_epoch INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  first_attempt_at BIGINT NOT NULL DEFAULT 0,
  provider_id TEXT NOT NULL DEFAULT '',
  sender TEXT NOT NULL DEFAULT '',
  parts INTEGER NOT NULL DEFAULT 0,
  unknown_since BIGINT NOT NULL DEFAULT 0,
  code TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  settled_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outbox_due ON outbox (not_before) WHERE state IN ('queued', 'sending', 'reconciling');
CREATE INDEX outbox_unknown ON outbox (id) WHERE state = 'unknown';
CREATE INDEX outbox_lane ON outbox (lane, id);
CREATE INDEX outbox_provider ON outbox (channel, provider_id) WHERE provider_id <> '';

CREATE TABLE timer (
  key TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  due_at BIGINT NOT NULL
){clustered};
CREATE INDEX timer_due ON timer (due_at);

CREATE TABLE journal (
  session TEXT NOT NULL,
  turn INTEGER NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (session, turn)
){clustered};

CREATE TABLE case_request (
  session TEXT NOT NULL,
  desk TEXT NOT NULL,
  lane TEXT NOT NULL,
  priority TEXT NOT NULL,
  reason TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  respond_within BIGINT NOT NULL,
  PRIMARY KEY (session, desk)
){clustered};

CREATE TABLE watermark (
  channel TEXT PRIMARY KEY,
  at BIGINT NOT NULL
){clustered};
