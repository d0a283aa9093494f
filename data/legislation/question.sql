-- Finds the text of the act with the title $1 as it was in force on the day $2: its paragraphs, the publication that each came with,
-- and how many acts that were in force on that day it names.
SELECT paragraph.number, paragraph.text,
       'RT I, ' || to_char(published_on, 'DD.MM.YYYY') || ', ' || substr(paragraph.rt_id, 10)::int AS published,
       (SELECT count(*)::int
          FROM legislation.citation
         WHERE (citation.act_number, citation.number, citation.valid_from)
             = (paragraph.act_number, paragraph.number, paragraph.valid_from)
           AND EXISTS (SELECT FROM legislation.publication AS cited
                        WHERE cited.act_number = cited_act_number
                          AND daterange(cited.valid_from, cited.valid_to) @> $2::date)) AS cites
  FROM legislation.act
  JOIN legislation.paragraph USING (act_number)
  JOIN legislation.publication USING (rt_id)
 WHERE act.title = $1 AND daterange(paragraph.valid_from, paragraph.valid_to) @> $2::date
 ORDER BY paragraph.number
