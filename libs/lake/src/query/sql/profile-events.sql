-- What a profile's history is made of.
SELECT
  profile_key,
  user_id,
  stream_sequence,
  stream_ns,
  event_id,
  event_type,
  item_id,
  CAST(ROUND(to_unixtime(occurred_at) * 1000) AS BIGINT) AS occurred_at_ms,
  CAST(ROUND(to_unixtime(received_at) * 1000) AS BIGINT) AS received_at_ms,
  attributes,
  event_value,
  occurred_at
FROM events
