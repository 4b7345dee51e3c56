-- Each item that an event is about, with its attributes as the newest event has them.
SELECT item_id, MAX_BY(attributes, stream_ns) AS attributes
FROM events
WHERE item_id IS NOT NULL AND attributes <> '{}'
GROUP BY item_id
