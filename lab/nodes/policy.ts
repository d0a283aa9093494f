/** Waits until NetworkPolicies are in force: each machine enforces the policies that it has received, and a change takes a while to arrive. */
import { randomBytes } from "node:crypto";
import { type Access, kubectl } from "../converge";
import { LabError } from "../errors";
import { machines } from "../inventory";
import { type LabOptions, type Site, openSite } from "../options";
import { OWNED } from "../objects";
import { rememberedPorts } from "../ports";
import { together } from "../../command-line/together";
import { askAgent } from "./agent";
import { initOf } from "./machine";

const IN_FORCE_MS = 60_000;
const POLL_MS = 50;
const NAMESPACE = "default";

interface Repository {
    readonly revision: number;
    /** JSON of all rules, each with the name of its policy among its labels. */
    readonly policy: string;
}

interface Endpoint {
    readonly id: number;
    readonly status: {
        readonly state: string;
        readonly policy?: { readonly realized?: { readonly "policy-revision"?: number } };
    };
}

/**
 * Waits until every machine of the site enforces every policy as it is in the API now, on all of its pods.
 *
 * It adds a policy that selects no pod: a machine that knows this policy knows everything that was written before it.
 *
 * @throws LabError naming the machine that does not get there within a minute
 */
export async function policiesInForce(name: string, options: LabOptions = {}): Promise<void> {
    const site = openSite(name, options);
    const port = (await rememberedPorts(site.paths))["kube-apiserver"] ?? 0;
    const access: Access = { paths: site.paths, port, binDirectory: site.binDirectory };
    const mark = `in-force-${randomBytes(8).toString("hex")}`;
    const policy = {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: mark, namespace: NAMESPACE, labels: OWNED },
        spec: { podSelector: { matchLabels: { [mark]: "" } }, policyTypes: ["Ingress"] },
    };
    await kubectl(access, ["create", "-f", "-"], JSON.stringify(policy));
    try {
        await together(machines(site.inventory()).map((machine) => inForce(site, machine.name, mark)));
    } finally {
        await kubectl(access, ["delete", "networkpolicy", mark, `--namespace=${NAMESPACE}`, "--wait=false"]);
    }
}

async function inForce(site: Site, machine: string, mark: string): Promise<void> {
    const deadline = Date.now() + IN_FORCE_MS;
    let lacking = "has not heard of them";
    for (; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
        const init = await initOf(site, machine);
        const known = init === undefined ? undefined : await askAgent<Repository>(init, "/policy");
        if (init === undefined || known?.policy.includes(mark) !== true) {
            continue;
        }
        const behind = ((await askAgent<Endpoint[]>(init, "/endpoint")) ?? []).filter(
            ({ status }) =>
                status.state !== "ready" || (status.policy?.realized?.["policy-revision"] ?? 0) < known.revision,
        );
        if (behind.length === 0) {
            return;
        }
        lacking = `does not enforce them on ${behind.length} pods yet`;
    }
    throw new LabError(
        `${site.paths.site}: after ${IN_FORCE_MS / 1000} s machine ${machine} ${lacking}: the network policies are not in force. ` +
            `See ${site.paths.machine(machine)}/log/cilium-agent/current.`,
    );
}
