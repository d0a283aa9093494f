/** What a public scanner finds in everything that is live in a site, Kubernetes' own objects and those that controllers made included. */
import { existsSync } from "node:fs";
import { OPERATOR_ROLE } from "../../../infra/cluster/access/plan-operator";
import { LOCK_FILE } from "../../../images/lock";
import { hasPython, scan } from "../../support/checkov";
import { type Home, must } from "../../support/home";

interface Live {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly ownerReferences?: readonly { readonly kind: string }[];
    };
}

/**
 * Objects that Kubernetes makes and restores by itself, with what the scanner counts: administrators' and controllers' roles, and the
 * certificate that each namespace gets. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 */
const KUBERNETES =
    /^(ClusterRole\.\.(cluster-admin|system:controller:.*)|RoleBinding\.kube-(public|system)\.system:controller:bootstrap-signer|ConfigMap\.default\.kube-root-ca\.crt)$/;

/** `pulumi up` declares roles with rights that it has not itself, each by its name. */
const OPERATOR = `CKV_K8S_158 Minimize Roles and ClusterRoles that grant permissions to escalate Roles or ClusterRoles: ClusterRole..${OPERATOR_ROLE}`;

function unable(): string {
    if (!hasPython()) {
        return "there is no Python with venv";
    }
    return existsSync(LOCK_FILE) ? "" : "images are not built, so that pods cannot name them by digest";
}
const why = unable();

/** Names the kind, the namespace and the object. */
function named({ kind, metadata }: Live): string {
    return [kind, metadata.namespace ?? "", metadata.name].join(".");
}

/** @param started the site as it is declared */
export function describeScanner(started: () => Home): void {
    const title = `checkov, over every live object${why === "" ? "" : ` (skipped: ${why})`}`;
    (why === "" ? describe : describe.skip)(title, () => {
        function everything(): Live[] {
            const kubectl = (...args: string[]): string => must(started().kubectl("tallinn", ...args)).stdout;
            const kinds = kubectl("api-resources", "--verbs=list,get", "--output=name").trim().split("\n");
            const { items } = JSON.parse(kubectl("get", kinds.join(), "--all-namespaces", "--output=json")) as {
                items: Live[];
            };
            return (
                items
                    // The scanner looks at the Job that a pod is of, and asks no probes of it, because it ends by itself.
                    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ kind }) => kind === "Job"))
                    // No check reads what is in a Secret, and no key leaves the site for a folder.
                    .map((object) => (object.kind === "Secret" ? { ...object, data: {} } : object))
            );
        }

        it("has nothing against any but Kubernetes' own, and leaves nothing out", async () => {
            const objects = everything();
            const { passed, skipped, failed } = await scan(
                Object.fromEntries(objects.map((object) => [named(object).replaceAll("/", "_"), object])),
            );
            expect(passed).toBeGreaterThan(objects.length);
            expect(skipped).toBe(0);
            const found = failed.map((failure) => failure.replace(/: \/(.*)\.json$/, ": $1"));
            expect(found.filter((failure) => !KUBERNETES.test(failure.split(": ").at(-1) ?? ""))).toEqual([OPERATOR]);
        }, 600_000);
    });
}
