COMMENT ON SCHEMA legislation IS 'Legislation, made-up acts: none of them was ever passed';

CREATE TABLE legislation.act (
    act_number int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('act', 'regulation')),
    title text NOT NULL CHECK (title <> '')
);

CREATE TABLE legislation.publication (
    rt_id text NOT NULL CHECK (rt_id ~ '^[1-4][0-9]{11}$'),
    act_number int NOT NULL,
    published_on date NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT rt_id_has_day_of_publication CHECK (substr(rt_id, 2, 8)::int = extract(day FROM published_on)::int * 1000000
        + extract(month FROM published_on)::int * 10000 + extract(year FROM published_on)::int),
    CONSTRAINT published_before_in_force CHECK (published_on <= valid_from),
    CONSTRAINT publication_is_in_force_for_a_time CHECK (valid_to > valid_from)
);
COMMENT ON TABLE legislation.publication IS 'Versions of an act, in force from one day until before another';
COMMENT ON COLUMN legislation.publication.rt_id IS 'As Riigi Teataja numbers acts: part, day of publication, number on that day';

CREATE TABLE legislation.paragraph (
    act_number int NOT NULL,
    number int NOT NULL CHECK (number > 0),
    valid_from date NOT NULL,
    valid_to date,
    rt_id text NOT NULL,
    text text NOT NULL CHECK (text <> ''),
    CONSTRAINT paragraph_is_in_force_for_a_time CHECK (valid_to > valid_from)
);
COMMENT ON COLUMN legislation.paragraph.rt_id IS 'The publication that brought this wording';

CREATE TABLE legislation.citation (
    act_number int NOT NULL,
    number int NOT NULL,
    valid_from date NOT NULL,
    cited_act_number int NOT NULL,
    CONSTRAINT act_does_not_cite_itself CHECK (cited_act_number <> act_number)
);
COMMENT ON TABLE legislation.citation IS 'Acts that a paragraph names';
