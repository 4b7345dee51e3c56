-- How many lines a typed day has, how many of them are whole events, how many of those repeat another one of the day, and how
-- many an earlier day has.
SELECT
  (SELECT COUNT(*) FROM typed_events) AS lines,
  (SELECT COUNT(*) FROM whole_events) AS events,
  (SELECT COALESCE(SUM(copies - 1), 0) FROM (
    SELECT COUNT(*) AS copies FROM whole_events GROUP BY profile_key, event_id HAVING COUNT(*) > 1
  ) AS repeated) AS repeated,
  (SELECT COUNT(*) FROM whole_events AS event WHERE EXISTS (
    SELECT 1 FROM earlier_events AS earlier
    WHERE earlier.profile_key = event.profile_key AND earlier.event_id = event.event_id
  )) AS known_earlier
