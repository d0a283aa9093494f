/**
 * Nobody works in a site: what runs there is changed by declaring it. A person who must get in all the same has a certificate that a quorum
 * of custodians issues for an hour (custody/break-glass.ts). Pure; infra/cluster, policy/ and custody/ follow it.
 */

/** Prefix of user names: `embassy:break-glass:<person>`. */
export const BREAK_GLASS = "embassy:break-glass";

/** The only role with a way into pods. */
export const BREAK_GLASS_ROLE = "embassy-break-glass";

/** Each site has a group of its own: a person who is let into one site is not let into the other, though both trust the authority. */
export function breakGlassGroup(site: string): string {
    return `${BREAK_GLASS}:${site}`;
}

/** Hours for which a certificate is issued: by default, and at most. */
export const BREAK_GLASS_HOURS = { usual: 1, most: 4 } as const;

/** Subresources that lead into a pod: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
export const WAYS_IN: readonly string[] = ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers"];

/**
 * Subresources that lead past the API server, to a program that does not know who asks. Kubelets, which are behind nodes, also run commands
 * in pods.
 */
export const WAYS_PAST: readonly string[] = ["pods/proxy", "services/proxy", "nodes/proxy"];

/**
 * The signer whose certificates can carry any group but `system:masters`: one more way into the group.
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
 */
export const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
