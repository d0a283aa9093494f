/** IPv4 ranges in CIDR notation (RFC 4632). */
import ipaddr from "ipaddr.js";

type Range = readonly [ipaddr.IPv4, number];

function parse(text: string): Range {
    return ipaddr.IPv4.parseCIDR(text);
}

/** What is wrong with `text`, said as what would be right; undefined for a proper range. */
function problem(text: string): string | undefined {
    if (!ipaddr.IPv4.isValidCIDR(text)) {
        return "must be an IPv4 range in CIDR notation, such as 10.36.0.0/14";
    }
    const network = ipaddr.IPv4.networkAddressFromCIDR(text).toString();
    const [address, bits] = parse(text);
    return address.toString() === network
        ? undefined
        : `must start at its network address: ${network}/${bits} is meant, or other bits`;
}

/** True if all of `inner` lies in `outer`. */
function contains(outer: string, inner: string): boolean {
    const [address, bits] = parse(inner);
    const range = parse(outer);
    return bits >= range[1] && address.match(range[0], range[1]);
}

function overlap(a: string, b: string): boolean {
    return contains(a, b) || contains(b, a);
}

export const cidr = { problem, contains, overlap };
