-- Events that have all that ingest always records.
SELECT * FROM typed_events
WHERE stream_partition IS NOT NULL
  AND stream_sequence IS NOT NULL
  AND stream_ns IS NOT NULL
  AND profile_key IS NOT NULL
  AND event_id IS NOT NULL
  AND event_type IS NOT NULL
  AND occurred_at IS NOT NULL
  AND received_at IS NOT NULL
