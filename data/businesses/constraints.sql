ALTER TABLE businesses.business ADD PRIMARY KEY (business_code), ADD UNIQUE (name);
ALTER TABLE businesses.holding ADD PRIMARY KEY (business_code, number);
CREATE INDEX holding_by_personal_code ON businesses.holding (owner_personal_code);
CREATE INDEX holding_by_business_code ON businesses.holding (owner_business_code);
ALTER TABLE businesses.board_member ADD PRIMARY KEY (business_code, number);
CREATE INDEX board_member_by_personal_code ON businesses.board_member (personal_code);
CREATE UNIQUE INDEX one_board_member_at_a_time ON businesses.board_member (business_code) WHERE left_on IS NULL;

ALTER TABLE businesses.holding
    ADD FOREIGN KEY (business_code) REFERENCES businesses.business,
    ADD FOREIGN KEY (owner_business_code) REFERENCES businesses.business;
ALTER TABLE businesses.board_member ADD FOREIGN KEY (business_code) REFERENCES businesses.business;
