-- The chain of ownership has no gap, no fork and no second beginning or end: each ownership but the last is ended by a deed of
-- the same parcel, and that deed begins the next ownership.

ALTER TABLE land.parcel ADD PRIMARY KEY (cadastral_code);
CREATE INDEX parcel_by_whole ON land.parcel (divided_from);
ALTER TABLE land.ownership
    ADD PRIMARY KEY (deed_number),
    ADD CONSTRAINT deed_is_of_one_parcel UNIQUE (cadastral_code, deed_number),
    ADD CONSTRAINT deed_ends_one_ownership UNIQUE (ended_by);
CREATE UNIQUE INDEX one_owner_at_present ON land.ownership (cadastral_code) WHERE ended_by IS NULL;
CREATE INDEX ownership_by_personal_code ON land.ownership (personal_code);
CREATE INDEX ownership_by_business_code ON land.ownership (business_code);
ALTER TABLE land.mortgage ADD PRIMARY KEY (mortgage_number);
CREATE INDEX mortgage_by_parcel ON land.mortgage (cadastral_code);

ALTER TABLE land.parcel ADD FOREIGN KEY (divided_from) REFERENCES land.parcel;
ALTER TABLE land.ownership
    ADD FOREIGN KEY (cadastral_code) REFERENCES land.parcel,
    ADD FOREIGN KEY (cadastral_code, ended_by) REFERENCES land.ownership (cadastral_code, deed_number);
ALTER TABLE land.mortgage ADD FOREIGN KEY (cadastral_code) REFERENCES land.parcel;
