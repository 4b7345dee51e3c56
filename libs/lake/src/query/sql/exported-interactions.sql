-- What visitors who are known by a user id did with items, of the chosen event types, as Personalize takes it.
SELECT
  user_id,
  item_id,
  CAST(FLOOR(to_unixtime(occurred_at)) AS BIGINT) AS epoch_seconds,
  event_type,
  event_value,
  -- A longer text than this Personalize refuses.
  CASE WHEN LENGTH(array_join(impression, '|')) <= 1000 THEN NULLIF(array_join(impression, '|'), '') END AS impression
FROM events
WHERE user_id IS NOT NULL
  AND item_id IS NOT NULL
  AND event_type IN (SELECT event_type FROM chosen_event_types)
