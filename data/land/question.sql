-- Finds who owned the parcel $1 until the day $2, one after the other, and which mortgages were in force then. For the time before the
-- parcel was divided from another it finds who owned the other.
WITH RECURSIVE lineage AS (
    SELECT cadastral_code, divided_from, $2::date AS until FROM land.parcel WHERE cadastral_code = $1
    UNION ALL
    SELECT whole.cadastral_code, whole.divided_from, least(until, division.acquired_on)
      FROM lineage
      JOIN land.parcel AS whole ON whole.cadastral_code = lineage.divided_from
      JOIN land.ownership AS division ON division.cadastral_code = lineage.cadastral_code AND division.kind = 'division'
)
SELECT own.cadastral_code, own.kind, own.acquired_on::text,
       CASE WHEN next.acquired_on <= until THEN next.acquired_on::text END AS ended_on,
       coalesce(own.personal_code, own.business_code) AS owner,
       (SELECT sum(amount)::text
          FROM land.mortgage
         WHERE mortgage.cadastral_code = own.cadastral_code
           AND registered_on >= own.acquired_on AND registered_on <= until
           AND (next.acquired_on IS NULL OR registered_on < next.acquired_on)
           AND (released_on IS NULL OR released_on > $2::date)) AS mortgaged
  FROM lineage
  JOIN land.ownership AS own ON own.cadastral_code = lineage.cadastral_code AND own.acquired_on <= until
  LEFT JOIN land.ownership AS next ON next.deed_number = own.ended_by
 ORDER BY own.acquired_on, own.deed_number
