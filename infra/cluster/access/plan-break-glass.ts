/**
 * Nobody works in a site: what runs is changed by declaring it. Who must get in all the same has a certificate that a quorum of
 * custodians gives, for an hour (custody/break-glass.ts). Pure; infra/cluster, policy/ and custody/ hold to it.
 */

/** Prefix of user names: `embassy:break-glass:<person>`. */
export const BREAK_GLASS = "embassy:break-glass";

/** The only role with a way into pods. */
export const BREAK_GLASS_ROLE = "embassy-break-glass";

/** A group for each site: who is let into one is not let into the other, though both know the authority. */
export function breakGlassGroup(site: string): string {
    return `${BREAK_GLASS}:${site}`;
}

/** For which a certificate is given where nobody asks for less or more, and the longest. */
export const BREAK_GLASS_HOURS = { usual: 1, most: 4 } as const;

/** Into a pod: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
export const WAYS_IN: readonly string[] = ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"];

/** Past the API server, to a program that does not know who asks; kubelets, behind nodes, also run commands in pods. */
export const WAYS_PAST: readonly string[] = ["pods/proxy", "services/proxy", "nodes/proxy"];

/** Whose certificates carry any group but `system:masters`: one more way to the group. https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers */
export const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
