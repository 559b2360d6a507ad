-- Drafts of surveys that authors write in the browser.

-- name: draft_now
SELECT flow, n, source, based_on, brand, person, author FROM flow_draft WHERE flow = :flow AND n > :since;

-- name: draft_locked
SELECT flow, n, source, based_on, brand, person, author FROM flow_draft WHERE flow = :flow AND n > :since /*wait*/;

-- name: all_drafts
SELECT flow, n, '', based_on, brand, person, author FROM flow_draft WHERE n > :since ORDER BY flow;

-- name: save_draft
INSERT INTO flow_draft (flow, n, source, based_on, brand, person, author)
VALUES (:flow, :n, :source, :based_on, :brand, :person, :author)
ON CONFLICT (flow) DO UPDATE SET n = excluded.n, source = excluded.source, based_on = excluded.based_on,
  brand = excluded.brand, person = excluded.person, author = excluded.author
WHERE flow_draft.n = :seen
RETURNING n;

-- name: drop_draft
DELETE FROM flow_draft WHERE flow = :flow AND n = :n RETURNING flow;

-- name: drop_old_drafts
DELETE FROM flow_draft WHERE n <= :since;
