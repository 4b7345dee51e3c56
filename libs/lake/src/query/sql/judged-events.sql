-- Whole events, each with why it is left out; NULL: it stays. An erased profile's are absent up to the mark of its erasure and
-- as far as they happened before it was asked for. Of the others that share profile key and event id the lowest sequence stays.
SELECT remaining.*,
  CASE
    WHEN erased THEN 'erased'
    WHEN copy > 1 THEN 'repeated'
    WHEN EXISTS (
      SELECT 1 FROM earlier_events AS earlier
      WHERE earlier.profile_key = remaining.profile_key AND earlier.event_id = remaining.event_id
    ) THEN 'repeated'
  END AS left_out
FROM (
  SELECT marked.*,
    ROW_NUMBER() OVER (PARTITION BY profile_key, event_id, erased ORDER BY stream_sequence, stream_ns) AS copy
  FROM (
    SELECT event.*,
      erasure.profile_key IS NOT NULL AND (
        event.occurred_at <= erasure.erased_at
        OR (event.stream_sequence <= erasure.mark_sequence AND event.stream_ns <= erasure.mark_ns)
      ) AS erased
    FROM whole_events AS event
    LEFT JOIN erased_profiles AS erasure ON erasure.profile_key = event.profile_key
  ) AS marked
) AS remaining
