-- The population register's tables have here what can be checked row by row. Keys, references and indexes follow in constraints.sql after
-- the rows are there: when they are built once over all rows, they cost a fraction of what they cost row by row.

COMMENT ON SCHEMA population IS 'Population register, made-up people: nobody in it exists';

CREATE FUNCTION population.personal_code_start(sex text, birth_date date) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((extract(year FROM birth_date)::int / 100 - 18) * 2 + CASE sex WHEN 'M' THEN 1 ELSE 2 END) * 1000000
         + extract(year FROM birth_date)::int % 100 * 10000
         + extract(month FROM birth_date)::int * 100
         + extract(day FROM birth_date)::int;
COMMENT ON FUNCTION population.personal_code_start IS 'First seven digits of a personal code: sex, century and date of birth';

CREATE TABLE population.address (
    address_id int NOT NULL,
    county text NOT NULL,
    municipality text NOT NULL,
    settlement text,
    street text,
    house_number int NOT NULL CHECK (house_number > 0),
    apartment int CHECK (apartment > 0),
    postal_code text NOT NULL CHECK (postal_code ~ '^[0-9]{5}$'),
    CONSTRAINT address_is_placed CHECK (settlement IS NOT NULL OR street IS NOT NULL)
);
COMMENT ON TABLE population.address IS 'Dwellings, one row each';

CREATE TABLE population.person (
    person_id int NOT NULL,
    personal_code text NOT NULL CONSTRAINT personal_code_is_valid CHECK (population.is_personal_code(personal_code)),
    given_name text NOT NULL CHECK (given_name <> ''),
    surname text NOT NULL CHECK (surname <> ''),
    birth_surname text,
    sex text NOT NULL CHECK (sex IN ('F', 'M')),
    birth_date date NOT NULL,
    death_date date,
    citizenship text NOT NULL CHECK (citizenship ~ '^[A-Z]{3}$'),
    mother_tongue text NOT NULL CHECK (mother_tongue ~ '^[a-z]{3}$'),
    CONSTRAINT birth_precedes_death CHECK (death_date >= birth_date),
    CONSTRAINT personal_code_matches_person
        CHECK (left(personal_code, 7) = population.personal_code_start(sex, birth_date)::text)
);
COMMENT ON TABLE population.person IS 'Everybody in the register, the dead since 1992 among them';
COMMENT ON COLUMN population.person.birth_surname IS 'Where it differs from the present one';
COMMENT ON COLUMN population.person.citizenship IS 'ISO 3166-1 alpha-3; XXA is ICAO 9303''s code for the stateless';

CREATE TABLE population.residence (
    person_id int NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    address_id int NOT NULL,
    CONSTRAINT residence_lasts CHECK (valid_to > valid_from)
);
COMMENT ON TABLE population.residence IS 'Who lived where from one day until before another; without end: lives there';

CREATE TABLE population.parentage (
    child_id int NOT NULL,
    parent_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('birth', 'adoption')),
    CONSTRAINT nobody_is_their_own_parent CHECK (child_id <> parent_id)
);
COMMENT ON TABLE population.parentage IS 'Links from child to parent; a parent who died before the register began has none';

CREATE TABLE population.marriage (
    marriage_id int NOT NULL,
    wife_id int NOT NULL,
    husband_id int NOT NULL,
    married_on date NOT NULL,
    ended_on date,
    end_reason text CHECK (end_reason IN ('divorce', 'death')),
    CONSTRAINT marriage_is_between_two CHECK (wife_id <> husband_id),
    CONSTRAINT marriage_ends_later CHECK (ended_on >= married_on),
    CONSTRAINT end_has_reason CHECK ((ended_on IS NULL) = (end_reason IS NULL))
);
COMMENT ON TABLE population.marriage IS 'Marriages, from the wedding to divorce or death';

CREATE TABLE population.vital_record (
    act_number int NOT NULL,
    person_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('birth', 'death', 'name-change')),
    occurred_on date NOT NULL,
    registered_on date NOT NULL,
    CONSTRAINT registered_after_event CHECK (registered_on >= occurred_on)
);
COMMENT ON TABLE population.vital_record IS 'Acts of the register offices';
