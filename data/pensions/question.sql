-- Finds which pension the person with the code $1 was due in the month of the day $2, and what was paid. A pension is a base, and what a
-- year is worth for each year of service and of contributions, which are weighed by how large they were.
WITH career AS (
    SELECT insured_id, granted_on, pension.ended_on, service_days * 1000::bigint
           + coalesce(sum((least(employment.ended_on, granted_on) - started_on) * coefficient::bigint), 0) AS points
      FROM pensions.insured
      JOIN pensions.pension USING (insured_id)
      LEFT JOIN pensions.employment USING (insured_id)
     WHERE personal_code = $1
     GROUP BY insured_id, granted_on, pension.ended_on, service_days
)
SELECT month::text, (base + trunc(points * year_value / 365250, 2))::text AS due, payment.amount::text AS paid
  FROM career
 CROSS JOIN (SELECT date_trunc('month', $2::date)::date AS month) AS asked
  JOIN pensions.rate ON daterange(valid_from, valid_to) @> month
  LEFT JOIN pensions.payment USING (insured_id, month)
 WHERE granted_on <= month AND (ended_on IS NULL OR ended_on > month)
