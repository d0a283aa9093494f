-- Finds who lived at the same address on the day $2 as the person with the code $1.
WITH home AS (
    SELECT person_id, address_id
      FROM population.residence JOIN population.person USING (person_id)
     WHERE personal_code = $1 AND valid_from <= $2::date AND (valid_to IS NULL OR valid_to > $2::date)
)
SELECT other.personal_code, other.given_name, other.surname,
       CASE
           WHEN other.person_id = home.person_id THEN 'self'
           WHEN EXISTS (SELECT FROM population.parentage
                         WHERE child_id = home.person_id AND parent_id = other.person_id) THEN 'parent'
           WHEN EXISTS (SELECT FROM population.parentage
                         WHERE child_id = other.person_id AND parent_id = home.person_id) THEN 'child'
           WHEN EXISTS (SELECT FROM population.marriage
                         WHERE home.person_id IN (wife_id, husband_id) AND other.person_id IN (wife_id, husband_id)
                           AND married_on <= $2::date AND (ended_on IS NULL OR ended_on > $2::date)) THEN 'spouse'
           ELSE 'other'
       END AS relation
  FROM home
  JOIN population.residence AS stay USING (address_id)
  JOIN population.person AS other ON other.person_id = stay.person_id
 WHERE stay.valid_from <= $2::date AND (stay.valid_to IS NULL OR stay.valid_to > $2::date)
 ORDER BY other.birth_date, other.personal_code
