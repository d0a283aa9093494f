import { cidr } from "../../infra/conventions/cidr";
import { podSpecOf } from "./pods";
import type { KubernetesObject, Rule } from "./rule";

/** This repeats infra/ and does not import it, because what is changed there is judged here. */
const ALLOWED = [
    { namespace: "registry-legislation", workload: "public-copy" },
    { namespace: "monitoring", workload: "alertmanager" },
] as const;
/** It stores the audit log in the other site's store, and has no DNS server in Kubernetes' own namespace. */
const SHIPPER = { kind: "DaemonSet", namespace: "kube-system", name: "audit-shipper" } as const;

interface Policy {
    readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly egress?: readonly {
        readonly to?: readonly { readonly ipBlock?: { readonly cidr: string } }[];
    }[];
}

/** Ranges that contain the sites' own networks: RFC 1918. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** A rule that names nobody applies to everybody. */
const EVERYBODY = "0.0.0.0/0";

/** Ranges beyond the sites to which a network policy opens a way. */
function rangesOutside({ kind, spec }: KubernetesObject): string[] {
    const { egress = [] } = kind === "NetworkPolicy" ? (spec as Policy) : {};
    return egress
        .flatMap(({ to = [] }) => (to.length === 0 ? [EVERYBODY] : to.flatMap(({ ipBlock }) => ipBlock?.cidr ?? [])))
        .filter((range) => !isInSites(range));
}

function isInSites(range: string): boolean {
    return cidr.problem(range) === undefined && PRIVATE.some((own) => cidr.contains(own, range));
}

function isShipper({ kind, metadata }: KubernetesObject): boolean {
    return kind === SHIPPER.kind && metadata?.namespace === SHIPPER.namespace && metadata.name === SHIPPER.name;
}

/** The workload that an object is about, by the label that names it. */
function workloadOf({ kind, spec, metadata }: KubernetesObject): string | undefined {
    const name = "app.kubernetes.io/name";
    return kind === "NetworkPolicy" ? (spec as Policy).podSelector?.matchLabels?.[name] : metadata?.name;
}

export const publicCloud: Rule = {
    name: "public-cloud",
    description:
        "Nothing leaves the sites but copies of legislation, from the pods that make them, and alerts, from the pod that tells receivers.",
    violations(object) {
        const within = object.metadata?.namespace;
        if (ALLOWED.some(({ namespace, workload }) => namespace === within && workload === workloadOf(object))) {
            return [];
        }
        const names = ALLOWED.map(({ namespace, workload }) => `${workload} in ${namespace}`);
        const only = `only ${names.join(" and ")} reach beyond the sites`;
        const aliases = podSpecOf(object)?.hostAliases ?? [];
        return [
            ...rangesOutside(object).map((range) => `egress to ${range} is outside of the sites; ${only}`),
            ...aliases
                .filter(({ ip = "" }) => ip !== "127.0.0.1" && !(isShipper(object) && isInSites(`${ip}/32`)))
                .map(({ ip }) => `hostAliases lead to ${String(ip)}, past the site's DNS server; ${only}`),
        ];
    },
};
