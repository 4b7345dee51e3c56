-- Each line of a day as an event, typed, in the order of event-columns.ts. A line that is none has no event_id.
SELECT
  entry."partition" AS stream_partition,
  entry."sequence" AS stream_sequence,
  CAST(FLOOR(to_unixtime(TRY(CAST(from_iso8601_timestamp(entry."timestamp") AS TIMESTAMP)))) AS BIGINT) * 1000000000
    + TRY_CAST(SUBSTR(entry."timestamp", 21, 9) AS BIGINT) AS stream_ns,
  NULLIF(entry.profile_key, '') AS profile_key,
  CASE WHEN entry.kind = 'event' THEN NULLIF(entry.event_id, '') END AS event_id,
  entry.user_id AS user_id,
  entry.session_id AS session_id,
  NULLIF(entry.event_type, '') AS event_type,
  entry.item_id AS item_id,
  TRY(CAST(from_iso8601_timestamp(entry.occurred_at) AS TIMESTAMP)) AS occurred_at,
  TRY(CAST(from_iso8601_timestamp(entry.received_at) AS TIMESTAMP)) AS received_at,
  json_format(entry.attributes) AS attributes,
  entry.event_value AS event_value,
  entry.recommendation_id AS recommendation_id,
  entry.impression AS impression,
  entry.unknown_item AS unknown_item
FROM upstream_lines
