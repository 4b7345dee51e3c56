-- What recommendations showed, and what was done about them. Ids have no control characters, so one separates the items shown.
SELECT
  profile_key,
  event_type,
  item_id,
  recommendation_id,
  attributes,
  array_join(impression, chr(31)) AS shown_items
FROM events
WHERE recommendation_id IS NOT NULL
