-- This runs after the rows are there. Keys come before the references that need them.

ALTER TABLE population.address
    ADD PRIMARY KEY (address_id),
    ADD CONSTRAINT dwelling_is_listed_once
        UNIQUE NULLS NOT DISTINCT (municipality, street, settlement, house_number, apartment);
ALTER TABLE population.person ADD PRIMARY KEY (person_id), ADD UNIQUE (personal_code);
CREATE INDEX person_by_name ON population.person (surname, given_name);
CREATE INDEX person_by_birth_date ON population.person (birth_date);
ALTER TABLE population.residence ADD PRIMARY KEY (person_id, valid_from);
CREATE UNIQUE INDEX one_residence_at_a_time ON population.residence (person_id) WHERE valid_to IS NULL;
CREATE INDEX residence_by_address ON population.residence (address_id);
ALTER TABLE population.parentage ADD PRIMARY KEY (child_id, parent_id);
CREATE INDEX parentage_by_parent ON population.parentage (parent_id);
ALTER TABLE population.marriage ADD PRIMARY KEY (marriage_id);
CREATE UNIQUE INDEX one_husband_at_a_time ON population.marriage (wife_id) WHERE ended_on IS NULL;
CREATE UNIQUE INDEX one_wife_at_a_time ON population.marriage (husband_id) WHERE ended_on IS NULL;
ALTER TABLE population.vital_record ADD PRIMARY KEY (act_number);
CREATE INDEX vital_record_by_person ON population.vital_record (person_id);

ALTER TABLE population.residence
    ADD FOREIGN KEY (person_id) REFERENCES population.person,
    ADD FOREIGN KEY (address_id) REFERENCES population.address;
ALTER TABLE population.parentage
    ADD FOREIGN KEY (child_id) REFERENCES population.person,
    ADD FOREIGN KEY (parent_id) REFERENCES population.person;
ALTER TABLE population.marriage
    ADD FOREIGN KEY (wife_id) REFERENCES population.person,
    ADD FOREIGN KEY (husband_id) REFERENCES population.person;
ALTER TABLE population.vital_record ADD FOREIGN KEY (person_id) REFERENCES population.person;
