/**
 * What "identical" means: two sites are compared object for object, field for field, and may differ in the fields that
 * are declared here and in no other.
 */
import type { Difference } from "./differences";

/** An intended difference, and its reason. */
export interface DeclaredField {
    readonly resource: RegExp;
    readonly field: RegExp;
    /** Global expression for what may differ within the field's text, while the rest is alike. Absent where all of it may differ. */
    readonly within?: RegExp;
    readonly why: string;
}

/** The differences that nobody declared. Where there are none, two sites are identical. */
export function undeclared(all: readonly Difference[], declared: readonly DeclaredField[]): Difference[] {
    return all.filter((one) => !declared.some((may) => covers(may, one)));
}

function covers({ resource, field, within }: DeclaredField, one: Difference): boolean {
    const rest = (value: unknown): unknown =>
        typeof value === "string" && within !== undefined ? value.replaceAll(within, "") : value;
    return (
        resource.test(one.resource) &&
        field.test(one.field) &&
        (within === undefined || rest(one.left) === rest(one.right))
    );
}

const ADDRESS = /\b\d{1,3}(\.\d{1,3}){3}\b/g;

const OWN_FIELDS: readonly DeclaredField[] = [
    {
        resource: /^kubernetes:/,
        field: /^metadata\.labels\.data-embassy\/site$/,
        why: "an object says which site it belongs to",
    },
    {
        resource: /^pulumi:providers:kubernetes::site$/,
        field: /^(context|clusterIdentifier)$/,
        why: "each site is a cluster of its own",
    },
    {
        resource: /^kubernetes:core\/v1:Service::/,
        field: /^spec\.clusterIP$/,
        why: "each site has addresses of its own",
    },
    {
        resource: /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy::/,
        field: /^spec\.(egress\.\d+\.to|ingress\.\d+\.from)\.\d+\.ipBlock\.cidr$/,
        why: "each site has an API server of its own, and another one to talk to",
    },
    {
        resource: /^kubernetes:(infrastructure\.)?cluster\.x-k8s\.io\/v1beta2:(Metal3)?Cluster::/,
        field: /^spec\.(controlPlaneEndpoint\.host|clusterNetwork\.(pods|services)\.cidrBlocks\.0)$/,
        why: "machines are told these",
    },
    {
        resource: /::machines-(kubeadmcontrolplane|kubeadmconfigtemplate)-/,
        field: /^spec\.(kubeadmConfigSpec|template\.spec)\.files\.\d+\.content$/,
        within: ADDRESS,
        why: "and their packet filters name its own API servers",
    },
    {
        resource: /::machines-(kubeadmconfigtemplate|machinedeployment)-/,
        field: /^(metadata\.name|spec\.template\.spec\.bootstrap\.configRef\.name)$/,
        within: /-[0-9a-f]{8}$/g,
        why: "so that the template with the filter has another digest for a name",
    },
    {
        resource: /^kubernetes:metal3\.io\/v1alpha1:BareMetalHost::/,
        field: /^(spec\.bmc\.address|metadata\.labels\.topology\.kubernetes\.io\/region)$/,
        why: "each site has hosts of its own, where it stands",
    },
    {
        resource:
            /^(tls:index\/certRequest:CertRequest::.*-tls-request|kubernetes:cert-manager\.io\/v1:Certificate::.*-tls-renewal)$/,
        field: /^(spec\.)?dnsNames\.\d+$/,
        why: "and names of its own",
    },
    {
        resource: /^kubernetes:core\/v1:ConfigMap::.*-members-agreed$/,
        field: /^metadata\.annotations\.config\.(standby_cluster|synchronous_mode|postgresql\.parameters\.wal_retrieve_retry_interval)$/,
        why: "a standby follows the primary, looks for it more often, and waits for no second member of its own",
    },
    {
        resource: /^kubernetes:apps\/v1:StatefulSet::.*-database-members$/,
        field: /^spec\.ordinals\.start$/,
        why: "members are counted on from site to site",
    },
    {
        resource: /^kubernetes:apps\/v1:StatefulSet::.*-database-members$/,
        field: /^spec\.template\.spec\.containers\.\d+\.env\.\d+\.value$/,
        why: "they name the other site of their pair",
    },
    {
        resource: /^kubernetes:batch\/v1:Job::.*-members-gate-job$/,
        field: /^(metadata\.name|spec\.template\.spec\.containers\.0\.env\.\d+\.value)$/,
        why: "each asks its members for the role of its own site",
    },
    {
        resource: /^kubernetes:batch\/v1:(Cron)?Job::.*-stored-/,
        field: /\.containers\.0\.command\.2$/,
        why: "Jobs read the site's own members, and store in as many places as it has stores",
    },
    {
        resource: /^kubernetes:batch\/v1:(Cron)?Job::.*-stored-/,
        field: /^spec\.suspend$/,
        why: "versions are stored by the site that is written to",
    },
    {
        resource: /::break-glass-(policy|binding-of-role)$/,
        field: /^(spec\.validations\.0\.(expression|messageExpression)|subjects\.0\.name)$/,
        why: "who breaks the glass of a site is let into that one",
    },
    {
        resource: /::jurisdiction-holders-policy$/,
        field: /^spec\.variables\.0\.expression$/,
        why: "and holds a right there alone",
    },
    {
        resource: /::object-store-(buckets|purge-job)$/,
        field: /^(data\.buckets\.json|spec\.jobTemplate\.spec\.template\.spec\.containers\.0\.env\.\d+\.value)$/,
        within: /,?"audit-[-a-z0-9]+"/g,
        why: "a store keeps the audit log of the other site, where there is one",
    },
    {
        resource: /^kubernetes:core\/v1:ConfigMap::declared$/,
        field: /^data\..+$/,
        why: "it is written off the workloads, which are compared themselves",
    },
];

/** Allies are served where a site has an edge. */
const EDGE_FIELDS: readonly DeclaredField[] = [
    { resource: /::edge-/, field: /^$/, why: "allies are served at the site that has an edge alone" },
    {
        resource: /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy::.*-flows-members$/,
        field: /^spec\.ingress\.\d+$/,
        why: "and its databases are asked by that edge",
    },
];

/** For a site and an environment restored from it. */
export const RESTORE_MAY_DIFFER: readonly DeclaredField[] = [
    ...OWN_FIELDS,
    {
        resource: /^kubernetes:core\/v1:ConfigMap::.*-members-files$/,
        field: /^data\.patroni\.yml\.bootstrap\.(method|stored)$/,
        why: "it begins with what is stored, not with a database of its own",
    },
    {
        resource: /^kubernetes:apps\/v1:StatefulSet::.*-database-members$/,
        field: /^spec\.template\.metadata\.annotations\.data-embassy\/files$/,
        why: "members are told of that",
    },
    {
        resource: /^kubernetes:core\/v1:Secret::.*-repositories-secret$/,
        field: /^(stringData|data)\.(partner|source)\.conf$/,
        why: "it reads where it comes from and stores nothing there",
    },
    {
        resource: /^kubernetes:batch\/v1:Job::.*-stored-first-partner(-\d+)?$/,
        field: /^$/,
        why: "it has no first version to store in another place",
    },
    ...EDGE_FIELDS,
    {
        resource: /::audit-shipper-/,
        field: /^$/,
        why: "it has no other site to store its audit log at",
    },
    {
        resource: /::dns-(configuration|server)$/,
        field: /^(data\.zone|spec\.template\.metadata\.annotations\.data-embassy\/configuration)$/,
        why: "an environment has names of its own, which no other site knows",
    },
    {
        resource: /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy::.*-across(-members|-storing)?$/,
        // An API server leaves an empty list out.
        field: /^(spec\.(egress|ingress)(\.\d+)?)?$/,
        why: "and reads the store that it comes from: nothing else passes between it and another site",
    },
];

/** For the two sites of a pair. */
export const SITES_MAY_DIFFER: readonly DeclaredField[] = [
    ...OWN_FIELDS,
    {
        resource: /^kubernetes:apps\/v1:DaemonSet::audit-shipper-agent$/,
        field: /^spec\.template\.spec\.(containers\.0\.env\.\d+\.value|hostAliases\.0\.(ip|hostnames\.0))$/,
        why: "each stores its audit log in the other's store",
    },
    ...EDGE_FIELDS,
    {
        resource: /^tls:.*::(root|[a-z][-a-z0-9]*-issuer)-(key|request|certificate)$/,
        field: /^$/,
        why: "the root and what it signs directly are at one site alone",
    },
    {
        resource: /^random:index\/randomPassword:RandomPassword::.*-secret$/,
        field: /^$/,
        why: "and so are the registries' secrets, which are handed to the others",
    },
    {
        resource: /^pulumi:pulumi:StackReference::root-holder$/,
        field: /^$/,
        why: "a site without the root takes its intermediate from the stack that has it",
    },
];

/** For the same two as they live in their clusters, which add to what was declared. */
export const LIVE_MAY_DIFFER: readonly DeclaredField[] = [
    ...RESTORE_MAY_DIFFER,
    {
        resource: /^kubernetes:core\/v1:Service::/,
        field: /^spec\.clusterIPs\.0$/,
        why: "the API server's other word for clusterIP",
    },
    {
        resource: /^kubernetes:batch\/v1:Job::/,
        field: /^spec\.(selector\.matchLabels|template\.metadata\.labels)\.(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/,
        why: "a Job knows its pods by its own identity",
    },
    {
        resource: /^kubernetes:core\/v1:Secret::.*-tls-secret$/,
        field: /^metadata\.annotations\.cert-manager\.io\/alt-names$/,
        why: "cert-manager writes there which names are in a certificate",
    },
    {
        resource: /^kubernetes:core\/v1:ConfigMap::.*-members-(agreed|gate-lease)$/,
        field: /^metadata\.annotations\.(history|data-embassy\/.*)$/,
        why: "members write there what became of them",
    },
];
