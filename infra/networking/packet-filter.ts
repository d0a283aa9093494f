/**
 * Rulesets of nftables for what reaches a machine, and for what comes over the link between two sites. Real machines load them, and so does
 * the lab. Pure.
 * https://wiki.nftables.org/wiki-nftables/index.php/Netfilter_hooks
 */
import type { NetworkPlan } from "./addresses";

/** TCP ports of one machine, and the addresses that reach them. */
export interface Opening {
    readonly ports: readonly number[];
    /** IPv4 addresses; absent where everybody in the site may connect. */
    readonly from?: readonly string[];
}

/**
 * The ruleset of a machine. It accepts what it has asked for and what is open, and drops the rest. Packets to and from its pods only pass
 * through, and network policies judge them.
 */
export function machineFilter(openings: readonly Opening[]): string {
    return table("input", "type filter hook input priority filter; policy drop;", [
        "ct state established,related accept",
        'iifname "lo" accept',
        "meta l4proto { icmp, ipv6-icmp } accept",
        ...openings.map(({ ports, from }) =>
            [...(from === undefined ? [] : [`ip saddr ${set(from)}`]), `tcp dport ${set(ports)} accept`].join(" "),
        ),
    ]);
}

/**
 * The ruleset of a site's end of its links. What begins at another site passes to the Services that this one serves it, and to nothing
 * else: no machine, no pod, no kubelet, and no API server, whose Service is not among them either. It applies before a Service's address
 * becomes a pod's.
 *
 * @param link name of the interface; `*` at its end stands for anything
 */
export function linkFilter(link: string, { served }: Pick<NetworkPlan, "served">): string {
    return table("link", "type filter hook prerouting priority mangle; policy accept;", [
        `iifname != "${link}" accept`,
        "ct state established,related accept",
        `ip daddr ${set(served)} meta l4proto tcp accept`,
        "drop",
    ]);
}

const NAME = "inet embassy";

/** Declares the table, deletes it and declares it again, which replaces it in one step and touches nothing else on the machine. */
function table(chain: string, hook: string, rules: readonly string[]): string {
    const lines = [hook, ...rules].map((line) => `        ${line}`);
    const content = [`table ${NAME} {`, `    chain ${chain} {`, ...lines, "    }", "}"];
    return [`table ${NAME}`, `delete table ${NAME}`, ...content, ""].join("\n");
}

function set(values: readonly (string | number)[]): string {
    return `{ ${values.join(", ")} }`;
}
