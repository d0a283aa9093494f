-- Finds for each year what was due from the payer with the code $1 by the day $2, what was paid, and the balance at its end.
WITH account AS (
    SELECT payer_id, reference_number FROM taxes.payer WHERE code = $1
), entry AS (
    SELECT due_on AS day, amount AS due, 0.00 AS paid FROM account JOIN taxes.assessment USING (payer_id)
    UNION ALL
    SELECT received_on, 0.00, amount FROM account JOIN taxes.payment USING (reference_number)
)
SELECT extract(year FROM day)::int AS year, sum(due)::text AS due, sum(paid)::text AS paid,
       sum(sum(due - paid)) OVER (ORDER BY extract(year FROM day))::text AS balance
  FROM entry
 WHERE day <= $2::date
 GROUP BY extract(year FROM day)
 ORDER BY year
