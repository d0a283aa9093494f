-- Finds which persons owned the business $1 on the day $2, directly or through other businesses, and how many percent of it.
WITH RECURSIVE held AS (
    SELECT holding.*, nominal / capital AS part
      FROM businesses.holding JOIN businesses.business USING (business_code)
     WHERE acquired_on <= $2::date AND (disposed_on IS NULL OR disposed_on > $2::date)
), stake AS (
    SELECT $1::text AS business_code, 1::numeric AS part
    UNION ALL
    SELECT held.owner_business_code, stake.part * held.part
      FROM stake JOIN held USING (business_code)
     WHERE held.owner_business_code IS NOT NULL
) CYCLE business_code SET is_cycle USING path
SELECT held.owner_personal_code AS personal_code, round(100 * sum(stake.part * held.part), 4)::text AS percent
  FROM stake JOIN held USING (business_code)
 WHERE held.owner_personal_code IS NOT NULL AND NOT stake.is_cycle
 GROUP BY held.owner_personal_code
 ORDER BY sum(stake.part * held.part) DESC, personal_code
