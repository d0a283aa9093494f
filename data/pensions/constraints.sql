ALTER TABLE pensions.rate
    ADD PRIMARY KEY (valid_from),
    ADD CONSTRAINT one_rate_in_force EXCLUDE USING gist (daterange(valid_from, valid_to) WITH &&);
ALTER TABLE pensions.insured ADD PRIMARY KEY (insured_id), ADD UNIQUE (personal_code);
ALTER TABLE pensions.employment ADD PRIMARY KEY (insured_id, started_on);
CREATE UNIQUE INDEX one_employment_at_present ON pensions.employment (insured_id) WHERE ended_on IS NULL;
CREATE INDEX employment_by_employer ON pensions.employment (employer_business_code);
ALTER TABLE pensions.pension ADD PRIMARY KEY (insured_id);
ALTER TABLE pensions.payment ADD PRIMARY KEY (insured_id, month);

ALTER TABLE pensions.employment ADD FOREIGN KEY (insured_id) REFERENCES pensions.insured;
ALTER TABLE pensions.pension ADD FOREIGN KEY (insured_id) REFERENCES pensions.insured;
ALTER TABLE pensions.payment ADD FOREIGN KEY (insured_id) REFERENCES pensions.pension;
