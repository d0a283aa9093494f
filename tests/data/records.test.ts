import { partiesOf } from "../../data/businesses/parties";
import { Shareholders } from "../../data/businesses/shareholders";
import { documents } from "../../data/identity-documents/documents";
import { parcelsOf } from "../../data/land/parcels";
import { AS_OF, NEVER } from "../../data/shared/calendar";
import { assessments, pays } from "../../data/taxes/assessments";

// With this many people, even events that happen to one in ten thousand occur.
const options = { seed: 1, people: 60_000 };
const parties = partiesOf(options);

it("a document ends by the day on which it expires, and for the reason that is given", () => {
    const wrong = [...documents(options)].filter(({ issued, expires, ended, reason }) =>
        ended === NEVER
            ? reason !== undefined
            : ended < issued || ended > expires || (reason === "expired") !== (ended === expires),
    );
    expect(wrong).toEqual([]);
});

it("whoever is assessed is a payer", () => {
    const strangers = [...assessments(options)].filter(({ payer }) => !pays(parties, payer));
    expect(strangers).toEqual([]);
});

it("a company's capital is in somebody's hands, all of it, on every day since its founding", () => {
    const shareholders = new Shareholders(options);
    const { businesses } = parties;
    const wrong = Array.from({ length: businesses.count }, (_, index) => index + 1).filter((number) => {
        const holdings = shareholders.of(number);
        const days = [businesses.founded(number), ...holdings.map(({ acquired }) => acquired), AS_OF];
        const heldOn = (day: number): number =>
            holdings
                .filter(({ acquired, disposed }) => acquired <= day && disposed > day)
                .reduce((sum, { nominal }) => sum + nominal, 0);
        return days.some((day) => heldOn(day) !== shareholders.capital(number));
    });
    expect(wrong).toEqual([]);
});

it("a parcel goes from one who could own it to another, day by day, and is paid for where it is sold", () => {
    const parcels = parcelsOf(options);
    const wrong = Array.from({ length: parcels.count }, (_, index) => index + 1).filter((number) => {
        const deeds = parcels.deeds(number);
        return deeds.some(
            ({ day, owner, price, kind }, index) =>
                owner === 0 || price > 0 !== (kind === "sale") || day <= (deeds[index - 1]?.day ?? 0),
        );
    });
    expect(wrong).toEqual([]);
});
