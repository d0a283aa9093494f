import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { OWNED } from "../../../lab/objects";
import { ciliumConfiguration, ciliumDefinitions } from "../../../lab/nodes/cilium";
import { inventory, removeTemporary, temporaryHome } from "../../support/lab";

afterEach(removeTemporary);

describe("the agent's configuration", () => {
    const machine = { address: "10.1.0.11", pods: "10.2.0.0/24" };
    const options = parse(ciliumConfiguration(inventory({ podCidr: "10.2.0.0/16" }), machine, "/etc/x")) as Record<
        string,
        unknown
    >;

    /** Whether a pod's label is part of its identity: the rules are expressions for the beginning of the label. */
    function identifies(label: string): boolean {
        const rules = String(options["labels"]).split(" ");
        expect(rules.every((rule) => rule.startsWith("k8s:!"))).toBe(true);
        return !rules.some((rule) => new RegExp(rule.slice("k8s:!".length)).exec(label)?.index === 0);
    }

    it.each(["role", "data-embassy/site", "io.cilium.k8s.namespace.labels.data-embassy/site"])(
        "keeps out of a pod's identity what a failover changes: %s",
        (label) => {
            expect(identifies(label)).toBe(false);
        },
    );

    it.each([
        "roles",
        "app.kubernetes.io/name",
        "data-embassy/registry",
        "io.cilium.k8s.namespace.labels.data-embassy/registry",
    ])("leaves in it what says what a pod is: %s", (label) => {
        expect(identifies(label)).toBe(true);
    });

    it("changes no address on the way, within the site or to another", () => {
        expect(options).toMatchObject({
            "routing-mode": "native",
            "ipv4-native-routing-cidr": "10.2.0.0/16",
            "enable-ipv4-masquerade": false,
            "ipv4-node": "10.1.0.11",
        });
    });
});

test("definitions are the module's own, with the lab's label", () => {
    const home = temporaryHome();
    const folder = path.join(home, "lib", "cilium-agent", "crds");
    for (const version of ["v2", "v2alpha1"]) {
        fs.mkdirSync(path.join(folder, version), { recursive: true });
    }
    const names = ["v2/ciliumendpoints", "v2/ciliumidentities", "v2/ciliumloadbalancerippools", "v2/ciliumnodes"];
    for (const name of [...names, "v2alpha1/ciliuml2announcementpolicies", "v2alpha1/ciliumpodippools"]) {
        const manifest = { kind: "CustomResourceDefinition", metadata: { name: `${path.basename(name)}.cilium.io` } };
        fs.writeFileSync(path.join(folder, `${name}.yaml`), `---\n${JSON.stringify(manifest)}\n`);
    }
    const definitions = ciliumDefinitions(home);
    expect(definitions.map(({ metadata }) => metadata.name)).toContain("ciliumnodes.cilium.io");
    expect(definitions.every(({ metadata }) => metadata.labels === OWNED)).toBe(true);
});
