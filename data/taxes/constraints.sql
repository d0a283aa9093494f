ALTER TABLE taxes.tax_rate
    ADD PRIMARY KEY (kind, year),
    ADD CONSTRAINT tax_has_one_rate_a_year UNIQUE (kind, year, rate);
ALTER TABLE taxes.payer ADD PRIMARY KEY (payer_id), ADD UNIQUE (code), ADD UNIQUE (reference_number);
ALTER TABLE taxes.assessment
    ADD PRIMARY KEY (assessment_id),
    ADD CONSTRAINT assessed_once UNIQUE NULLS NOT DISTINCT (payer_id, kind, year, cadastral_code);
ALTER TABLE taxes.payment ADD PRIMARY KEY (payment_id);
CREATE INDEX payment_by_reference_number ON taxes.payment (reference_number);

ALTER TABLE taxes.assessment
    ADD FOREIGN KEY (payer_id) REFERENCES taxes.payer,
    ADD CONSTRAINT assessed_at_the_rate_of_the_year
        FOREIGN KEY (kind, year, rate) REFERENCES taxes.tax_rate (kind, year, rate);
ALTER TABLE taxes.payment ADD FOREIGN KEY (reference_number) REFERENCES taxes.payer (reference_number);
