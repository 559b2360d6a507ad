-- Outreach: who can be asked, on what basis, what made us want to ask, and what was decided each time. Times are epoch ms.

-- A person. `merged_into` names who they turned out to be; `erased_at` leaves the row without anything personal.
CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  external TEXT UNIQUE,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  zone TEXT NOT NULL,
  zone_source TEXT NOT NULL CHECK (zone_source IN ('given', 'number', '')),
  country TEXT NOT NULL,
  brand TEXT NOT NULL,
  region TEXT NOT NULL,
  segment TEXT NOT NULL,
  agent TEXT NOT NULL,
  revenue BIGINT,
  attributes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  merged_into TEXT,
  erased_at BIGINT
){clustered};
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- Where a person can be reached; `rank` 0 is tried first. `hmac` is the address under the key `key_id` (RELIABILITY C2).
CREATE TABLE contact_address (
  lane TEXT PRIMARY KEY,
  contact TEXT NOT NULL,
  channel TEXT NOT NULL,
  hmac TEXT NOT NULL,
  key_id TEXT NOT NULL,
  rank INTEGER NOT NULL,
  verified_at BIGINT,
  added_at BIGINT NOT NULL
){clustered};
CREATE INDEX contact_address_contact ON contact_address (contact, rank);
CREATE INDEX contact_address_hmac ON contact_address (hmac);

-- What people agreed to and took back. Rows are never changed; `prev_hash` chains those of one address.
CREATE TABLE consent_event (
  id TEXT PRIMARY KEY,
  hmac TEXT NOT NULL,
  key_id TEXT NOT NULL,
  contact TEXT,
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('granted', 'confirmed', 'withdrawn', 'objected', 'expired', 'notice_given')),
  basis TEXT NOT NULL CHECK (basis IN ('consent', 'existing_customer', 'contract', 'other')),
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  source TEXT NOT NULL,
  source_ref TEXT NOT NULL,
  wording TEXT NOT NULL,
  wording_version TEXT NOT NULL,
  locale TEXT NOT NULL,
  actor TEXT NOT NULL,
  evidence TEXT NOT NULL DEFAULT '{}',
  evidence_hash TEXT NOT NULL,
  double_opt_in_of TEXT,
  n INTEGER NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (hmac, n)
){clustered};
CREATE INDEX consent_event_contact ON consent_event (contact) WHERE contact IS NOT NULL;

-- What holds now, drawn from the events in the transaction that adds one: the grant of an address, purpose and channel.
CREATE TABLE consent_grant (
  hmac TEXT NOT NULL,
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  event TEXT NOT NULL,
  basis TEXT NOT NULL,
  at BIGINT NOT NULL,
  lapsed_at BIGINT,
  PRIMARY KEY (hmac, purpose, channel)
){clustered};
CREATE INDEX consent_grant_event ON consent_grant (event);

-- On what basis each message of a survey was handed to its provider: written in the transaction that leases it (C1).
CREATE TABLE consent_use (
  outbox_key TEXT PRIMARY KEY,
  basis TEXT NOT NULL,
  consent_event TEXT NOT NULL,
  at BIGINT NOT NULL
){clustered};
CREATE INDEX consent_use_event ON consent_use (consent_event) WHERE consent_event <> '';

-- Addresses that are not written to, without the addresses: outlives erasure, and meets whoever is imported again.
CREATE TABLE suppression (
  hmac TEXT NOT NULL,
  channel TEXT NOT NULL,
  scope TEXT NOT NULL,
  key_id TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('stop', 'objection', 'complaint', 'erasure', '21610', 'blocked_bot', 'manual')),
  at BIGINT NOT NULL,
  source_event TEXT NOT NULL,
  expires_at BIGINT,
  PRIMARY KEY (hmac, channel, scope)
){clustered};

-- What happened in other systems: a ticket closed, an order delivered.
CREATE TABLE happening (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  source TEXT NOT NULL,
  contact TEXT,
  at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  attributes TEXT NOT NULL
){clustered};
CREATE INDEX happening_contact ON happening (contact, at) WHERE contact IS NOT NULL;
CREATE INDEX happening_at ON happening (at);

-- Answers of the API by the key that a caller may repeat (P10).
CREATE TABLE idem (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done')),
  status INTEGER NOT NULL,
  response TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (scope, key)
){clustered};
CREATE INDEX idem_expires ON idem (expires_at);

-- The ledger: one row for each event that a trigger wants to ask about, and for each member of a campaign's wave. It is
-- pending until somebody decides, perhaps deferred until `due_at`, and ends as asked or not_asked because of `rule`.
CREATE TABLE decision (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL CHECK (source IN ('trigger', 'campaign')),
  name TEXT NOT NULL,
  wave INTEGER NOT NULL,
  happening TEXT NOT NULL,
  contact TEXT NOT NULL,
  flow TEXT NOT NULL,
  kind TEXT NOT NULL,
  cell TEXT NOT NULL,
  variables TEXT NOT NULL,
  at BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'deferred', 'asked', 'not_asked')),
  rule TEXT NOT NULL,
  inputs TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  tries INTEGER NOT NULL,
  lane TEXT NOT NULL,
  session TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  decided_at BIGINT NOT NULL
){clustered};
CREATE INDEX decision_due ON decision (due_at) WHERE outcome IN ('pending', 'deferred');
CREATE INDEX decision_contact ON decision (contact, at);
CREATE INDEX decision_asked ON decision (contact, decided_at) WHERE outcome = 'asked';
CREATE INDEX decision_wave ON decision (name, wave, outcome) WHERE source = 'campaign';
CREATE INDEX decision_at ON decision (at, id);
CREATE INDEX decision_session ON decision (session) WHERE session <> '';

-- A campaign as it was written, and each of its waves; `cursor` is the contact up to which a wave is planned.
CREATE TABLE campaign (
  id TEXT PRIMARY KEY,
  revision TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'cancelled', 'done')),
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL
){clustered};

CREATE TABLE wave (
  campaign TEXT NOT NULL,
  n INTEGER NOT NULL,
  revision TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'planning', 'asking', 'done', 'cancelled')),
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  cursor TEXT NOT NULL,
  looked_at BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (campaign, n)
){clustered};
CREATE INDEX wave_due ON wave (starts_at) WHERE state IN ('planned', 'planning', 'asking');

-- What a session that we began ourselves stands on, and the hours in which it may write of its own accord.
ALTER TABLE session ADD COLUMN grant_id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN quiet TEXT NOT NULL DEFAULT '';

-- What we begin keeps to these hours, and nothing else does: 1 opens a survey, 2 reminds of it.
ALTER TABLE outbox ADD COLUMN begins INTEGER NOT NULL DEFAULT 0;

-- Since when an address is suppressed. Beside `opted_out_at`, which its lane writes from what it has read earlier.
ALTER TABLE address ADD COLUMN barred_at BIGINT;
