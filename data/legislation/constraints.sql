-- A number becomes a range of one number, so that GiST compares numbers without an extension.

ALTER TABLE legislation.act ADD PRIMARY KEY (act_number), ADD UNIQUE (title);
ALTER TABLE legislation.publication
    ADD PRIMARY KEY (rt_id),
    ADD CONSTRAINT publication_is_of_one_act UNIQUE (act_number, rt_id),
    ADD CONSTRAINT one_version_in_force EXCLUDE USING gist
        (int4range(act_number, act_number, '[]') WITH =, daterange(valid_from, valid_to) WITH &&);
ALTER TABLE legislation.paragraph
    ADD PRIMARY KEY (act_number, number, valid_from),
    ADD CONSTRAINT one_wording_in_force EXCLUDE USING gist
        (int4range(act_number, act_number, '[]') WITH =, int4range(number, number, '[]') WITH =, daterange(valid_from, valid_to) WITH &&);
ALTER TABLE legislation.citation ADD PRIMARY KEY (act_number, number, valid_from, cited_act_number);
CREATE INDEX citation_by_cited_act ON legislation.citation (cited_act_number);

ALTER TABLE legislation.publication ADD FOREIGN KEY (act_number) REFERENCES legislation.act;
ALTER TABLE legislation.paragraph
    ADD FOREIGN KEY (act_number, rt_id) REFERENCES legislation.publication (act_number, rt_id);
ALTER TABLE legislation.citation
    ADD FOREIGN KEY (act_number, number, valid_from) REFERENCES legislation.paragraph,
    ADD FOREIGN KEY (cited_act_number) REFERENCES legislation.act;
