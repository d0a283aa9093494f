import type { Rule } from "./rule";

interface Policy {
    readonly egress?: readonly {
        readonly to?: readonly { readonly ipBlock?: { readonly cidr: string } }[];
        readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number }[];
    }[];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/: a range is not judged by what is behind it. */
export const singleAddresses: Rule = {
    name: "single-addresses",
    description:
        "What leaves the cluster leaves for one address, at ports that are named: nobody has a use for a whole network.",
    violations({ kind, spec }) {
        const { egress = [] } = kind === "NetworkPolicy" ? (spec as Policy) : {};
        return egress.flatMap(({ to = [], ports = [] }) => {
            const anyPort =
                ports.length === 0 || ports.some(({ port, endPort }) => port === undefined || endPort !== undefined);
            return to
                .flatMap(({ ipBlock }) => ipBlock?.cidr ?? [])
                .flatMap((range) => [
                    ...(range.endsWith("/32")
                        ? []
                        : [
                              `egress to ${range} is to a whole network; name each address that is called, as ADDRESS/32`,
                          ]),
                    ...(anyPort
                        ? [`egress to ${range} is to more than single ports; name each port that is called`]
                        : []),
                ]);
        });
    },
};
