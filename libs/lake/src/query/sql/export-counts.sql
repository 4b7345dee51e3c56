-- What Personalize counts before it trains.
SELECT
  COALESCE(SUM(interactions), 0) AS interactions,
  COUNT(*) AS users,
  COALESCE(SUM(CASE WHEN interactions >= 2 THEN 1 ELSE 0 END), 0) AS returning_users
FROM (SELECT COUNT(*) AS interactions FROM exported_interactions GROUP BY user_id) AS visitors
