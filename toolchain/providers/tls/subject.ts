/** Converts distinguished names from a program's `subject`, and back to text. */
import { AsnConvert } from "@peculiar/asn1-schema";
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import type { PlainMap } from "../../plugin/values";
import type { Schema } from "../state-only/schema";

const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

/** Input → object identifier and short name, in the order in which Go writes them (crypto/x509/pkix). */
const ATTRIBUTES: Readonly<Record<string, { oid: string; short?: string }>> = {
    country: { oid: "2.5.4.6", short: "C" },
    organization: { oid: "2.5.4.10", short: "O" },
    organizationalUnit: { oid: "2.5.4.11", short: "OU" },
    locality: { oid: "2.5.4.7", short: "L" },
    province: { oid: "2.5.4.8", short: "ST" },
    streetAddresses: { oid: "2.5.4.9", short: "STREET" },
    postalCode: { oid: "2.5.4.17", short: "POSTALCODE" },
    commonName: { oid: "2.5.4.3", short: "CN" },
    serialNumber: { oid: "2.5.4.5", short: "SERIALNUMBER" },
    emailAddress: { oid: EMAIL_ADDRESS },
};

export const SUBJECT: Schema = Object.fromEntries(
    Object.keys(ATTRIBUTES).map((name) => [name, { type: name === "streetAddresses" ? "strings" : "string" }]),
);

/** An empty attribute is left out: X.520 has none. */
export function distinguishedName(subject: PlainMap = {}): Name {
    const relative = Object.entries(ATTRIBUTES).flatMap(([name, { oid }]) => {
        const values = [subject[name] ?? []].flat().filter((value): value is string => Boolean(value));
        return values.length > 0 ? [relativeName(oid, values)] : [];
    });
    return new Name(relative);
}

function relativeName(oid: string, values: readonly string[]): RelativeDistinguishedName {
    const attributes = values.map(
        (value) => new AttributeTypeAndValue({ type: oid, value: new AttributeValue(encoding(oid, value)) }),
    );
    // A SET OF is sorted by its encoding (X.690, 11.6), which the serializer leaves to its caller.
    const sorted = attributes
        .map((attribute) => ({ attribute, der: Buffer.from(AsnConvert.serialize(attribute)) }))
        .sort((a, b) => Buffer.compare(a.der, b.der));
    return new RelativeDistinguishedName(sorted.map(({ attribute }) => attribute));
}

function encoding(oid: string, value: string): Partial<AttributeValue> {
    if (oid === EMAIL_ADDRESS) {
        return { ia5String: value };
    }
    return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? { printableString: value } : { utf8String: value };
}

export function isEmpty(name: Name): boolean {
    return name.length === 0;
}

/** Roughly RFC 2253, as Go prints it: the last attribute comes first, and unknown ones come last as `oid=#hex`. */
export function formatName(name: Name): string {
    const order = Object.values(ATTRIBUTES).map(({ oid }) => oid);
    const rank = (relative: RelativeDistinguishedName): number => {
        const oid = relative[0]?.type ?? "";
        return oid === EMAIL_ADDRESS ? -1 : order.indexOf(oid);
    };
    return [...name]
        .sort((a, b) => rank(b) - rank(a))
        .map((relative) => [...relative].map(formatAttribute).join("+"))
        .join(",");
}

function formatAttribute({ type, value }: AttributeTypeAndValue): string {
    const short = Object.values(ATTRIBUTES).find(({ oid }) => oid === type)?.short;
    if (!short) {
        return `${type}=#${Buffer.from(AsnConvert.serialize(value)).toString("hex")}`;
    }
    const escaped = value
        .toString()
        .replace(/[,+"\\<>;]/g, "\\$&")
        .replace(/^[# ]/, "\\$&")
        .replace(/ $/, "\\ ");
    return `${short}=${escaped}`;
}
