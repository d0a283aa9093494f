import * as pulumi from "@pulumi/pulumi";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { tenancy } from "../kubernetes/tenancy";
import { certificate } from "../keys/certificate";
import { clusterIssuer } from "../keys/issuer";
import { createRoot } from "../keys/root";
import { range, rangeBut } from "../kubernetes/network-policy";
import { defaultDeny } from "../kubernetes/default-deny";
import type { AuthorityPlan } from "../keys/plan-authority";
import { AUTHORITY } from "../keys/plan-cert-manager";
import { EDGE, type EdgePlan } from "./plan";
import type { Issuer } from "../keys/cross-stack-secrets";
import type { ServedPlan } from "./plan-served";
import { type Handed, allies } from "./allies";
import { type ServedArgs, served } from "./served";

export interface EdgeArgs {
    readonly edge: EdgePlan;
    readonly site: string;
    readonly podSecurityVersion: string;
    /** The site's issuer, for the certificates with which the edge asks its databases. */
    readonly issuer: pulumi.Output<Issuer>;
    readonly authority: Pick<AuthorityPlan, "intermediate" | "leaf">;
    /** Namespace with the keys of authorities. */
    readonly authorities: pulumi.Input<string>;
}

/** What readers of the public's page are told. */
export interface PublicPage {
    readonly url: string;
    /** PEM of the authority behind its certificate. */
    readonly authority: pulumi.Output<string>;
}

/**
 * Where allies read, and beside it the public. Its authority stands by itself: it is in this site's stack alone, which issues and revokes
 * without any other site, and nothing that trusts the root accepts an ally. docs/decisions/edge.md.
 */
export class Edge extends pulumi.ComponentResource {
    /** What allies are handed, by name of the certificate; secret. */
    readonly allies: pulumi.Output<Record<string, Handed>>;
    /** The same for revoked certificates. */
    readonly revokedAllies: pulumi.Output<Record<string, Handed>>;
    readonly publicPage: PublicPage | undefined;

    constructor(name: string, args: EdgeArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:edge:Edge", name, {}, opts);
        const { edge, authority, site } = args;
        const { labels, quota, gazette } = edge;
        const parent = { parent: this };
        const { namespace, serviceAccount } = tenancy(
            name,
            { namespace: EDGE, labels, account: EDGE, quota, podSecurityVersion: args.podSecurityVersion },
            parent,
        );
        const networkPolicies = [defaultDeny(`${name}-default-deny`, { namespace, labels }, parent)];
        const rootArgs = { commonName: "Data Embassy allied edge", validity: authority.intermediate };
        const root = createRoot(`${name}-authority`, rootArgs, { ...parent, ...PROTECTED });
        const issuer = pulumi.output({ ...root, rootPem: root.certPem });
        const validity = authority.leaf;
        clusterIssuer(
            `${name}-issuer`,
            { called: AUTHORITY.edge, issuer, namespace: args.authorities, labels },
            parent,
        );
        const { handed, revoked, admitted } = allies(
            name,
            { certificates: edge.certificates, issuer, validity },
            parent,
        );
        this.allies = handed;
        this.revokedAllies = revoked;
        /** Each workload has keys of its own, so that whoever breaks into one does not have the other's. */
        const secrets = (
            prefix: string,
            { workload, labels, host, role }: ServedPlan,
            databaseSecret: string,
        ): ServedArgs<"edge-api">["secrets"] => {
            const common = { namespace, labels, validity };
            const tls = {
                ...common,
                secret: `${workload}-tls`,
                authority: AUTHORITY.edge,
                issuer,
                commonName: workload,
                dnsNames: [host],
            };
            const opens = {
                ...common,
                secret: databaseSecret,
                authority: AUTHORITY.site,
                issuer: args.issuer,
                commonName: role,
                dnsNames: [],
            };
            return {
                server: certificate(`${prefix}-tls`, tls, parent),
                database: certificate(`${prefix}-reader-tls`, opens, parent),
            };
        };
        const common = { namespace, serviceAccount, networkPolicies };
        served(
            name,
            {
                ...common,
                served: edge,
                agent: "edge-api",
                from: edge.networks.map(range),
                secrets: secrets(name, edge, "reader-tls"),
                // The list is in the pod itself. A revoked ally is refused once `up` has ended, because the pods have been replaced by then.
                settings: { ADMITTED: admitted },
            },
            parent,
        );
        if (gazette !== undefined) {
            served(
                `${name}-gazette`,
                {
                    ...common,
                    served: gazette,
                    agent: "gazette",
                    from: gazette.networks.map(({ cidr, except }) => rangeBut(cidr, except)),
                    secrets: secrets(`${name}-gazette`, gazette, "gazette-reader-tls"),
                    settings: { SITE: site, COUNTRY: gazette.country },
                },
                parent,
            );
        }
        this.publicPage = gazette && { url: `https://${gazette.host}`, authority: root.certPem };
        this.registerOutputs();
    }
}
