-- Lines that are neither whole events nor erasures, each with the reason.
SELECT reason, line
FROM (
  SELECT line,
    CASE
      WHEN entry IS NULL THEN 'not a JSON object, or a field is not of its type'
      WHEN entry.kind IS NULL THEN 'kind is missing'
      WHEN entry.kind = 'erasure' THEN NULL
      WHEN entry.kind <> 'event' THEN 'kind is neither event nor erasure'
      WHEN entry."partition" IS NULL THEN 'partition is missing'
      WHEN entry."sequence" IS NULL THEN 'sequence is missing'
      WHEN TRY(CAST(from_iso8601_timestamp(entry."timestamp") AS TIMESTAMP)) IS NULL
        OR TRY_CAST(SUBSTR(entry."timestamp", 21, 9) AS BIGINT) IS NULL
        THEN 'timestamp is missing or no instant with nanoseconds'
      WHEN COALESCE(entry.profile_key, '') = '' THEN 'profile_key is missing'
      WHEN COALESCE(entry.event_id, '') = '' THEN 'event_id is missing'
      WHEN COALESCE(entry.event_type, '') = '' THEN 'event_type is missing'
      WHEN TRY(CAST(from_iso8601_timestamp(entry.occurred_at) AS TIMESTAMP)) IS NULL
        THEN 'occurred_at is missing or no instant'
      WHEN TRY(CAST(from_iso8601_timestamp(entry.received_at) AS TIMESTAMP)) IS NULL
        THEN 'received_at is missing or no instant'
    END AS reason
  FROM upstream_lines
) AS judged
WHERE reason IS NOT NULL
