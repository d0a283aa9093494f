/** Subject alternative names (RFC 5280, 4.2.1.6), in certificates and in requests for them. */
import { isIP } from "node:net";
import { GeneralName, SubjectAlternativeName } from "@peculiar/asn1-x509";
import type { CheckFailure } from "../../plugin/provider";
import type { InputsOf, Schema } from "../state-only/schema";

export const ALTERNATIVE_NAMES = {
    dnsNames: { type: "strings" },
    ipAddresses: { type: "strings" },
    uris: { type: "strings" },
} as const satisfies Schema;

type Names = InputsOf<typeof ALTERNATIVE_NAMES>;

export function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: Names): SubjectAlternativeName {
    return new SubjectAlternativeName([
        ...dnsNames.map((dNSName) => new GeneralName({ dNSName })),
        ...ipAddresses.map((address) => new GeneralName({ iPAddress: canonicalAddress(address) })),
        ...uris.map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
    ]);
}

export function invalidNames({ dnsNames = [], ipAddresses = [], uris = [] }: Names): CheckFailure[] {
    const failures: CheckFailure[] = [];
    const refuse = (property: string, reason: string): void => {
        failures.push({ property, reason: `${property} ${reason}` });
    };
    dnsNames.forEach((name, index) => {
        if (!isIa5(name) || name === "") {
            refuse(
                `dnsNames[${index}]`,
                "is not a DNS name: give one in ASCII (international names in their xn-- form)",
            );
        }
    });
    ipAddresses.forEach((address, index) => {
        // A zone ("fe80::1%eth0") names an interface of one machine; a certificate has no place for it.
        if (isIP(address) === 0 || address.includes("%")) {
            refuse(`ipAddresses[${index}]`, "is not an IP address: give one such as 10.20.0.1 or fd00:20::1");
        }
    });
    uris.forEach((uri, index) => {
        if (!isIa5(uri) || !URL.canParse(uri)) {
            refuse(`uris[${index}]`, "is not a URI: give one such as spiffe://embassy.example/registry");
        }
    });
    return failures;
}

/** IPv6 in its one canonical form; an IPv4 address mapped into IPv6 becomes IPv4, as in Go. */
function canonicalAddress(address: string): string {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
    return mapped ?? (isIP(address) === 6 ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address);
}

function isIa5(text: string): boolean {
    return /^[\x00-\x7f]*$/.test(text);
}
