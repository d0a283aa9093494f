import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { NodeInventory, SiteInventory } from "../../lab/inventory";

export function node(name: string, overrides: Partial<NodeInventory> = {}): NodeInventory {
    return {
        name,
        labels: { "topology.kubernetes.io/zone": "feed-a" },
        cpu: "8",
        memory: "32Gi",
        pods: 110,
        disks: [{ class: "nvme", count: 2, size: "10Gi" }],
        ...overrides,
    };
}

export function inventory(overrides: Partial<SiteInventory> = {}): SiteInventory {
    return {
        name: "narva",
        serviceCidr: "10.250.0.0/16",
        podCidr: "10.240.0.0/16",
        clusterDomain: "narva.test",
        nodes: [node("narva-1"), node("narva-2"), node("narva-3")],
        ...overrides,
    };
}

const made: string[] = [];

/** A directory that {@link removeTemporary} removes. */
export function temporaryHome(): string {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "embassy-lab-"));
    made.push(home);
    return home;
}

export function removeTemporary(): void {
    for (const directory of made.splice(0)) {
        fs.rmSync(directory, { recursive: true, force: true });
    }
}
