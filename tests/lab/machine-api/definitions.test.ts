import * as fs from "node:fs";
import * as path from "node:path";
import { clusterApiDefinitions } from "../../../lab/machine-api/cluster-api";
import { metal3Definitions } from "../../../lab/machine-api/metal3";
import { OWNED } from "../../../lab/objects";
import { removeTemporary, temporaryHome } from "../../support/lab";

afterEach(removeTemporary);

test("Cluster API's definitions are its own, of the version that is declared, without what nobody reads", () => {
    const home = temporaryHome();
    const folder = path.join(home, "lib", "cluster-api", "bases");
    fs.mkdirSync(folder, { recursive: true });
    const schema = {
        description: "A cluster.",
        properties: { description: { description: "Of a cluster.", type: "string", maxLength: 9 } },
    };
    const spec = { versions: ["v1beta1", "v1beta2"].map((name) => ({ name, schema: { openAPIV3Schema: schema } })) };
    for (const name of [
        "cluster.x-k8s.io_clusters",
        "cluster.x-k8s.io_machinedeployments",
        "cluster.x-k8s.io_machinehealthchecks",
        "controlplane.cluster.x-k8s.io_kubeadmcontrolplanes",
        "bootstrap.cluster.x-k8s.io_kubeadmconfigtemplates",
    ]) {
        const manifest = { kind: "CustomResourceDefinition", metadata: { name }, spec };
        fs.writeFileSync(path.join(folder, `${name}.yaml`), `---\n${JSON.stringify(manifest)}\n`);
    }
    const definitions = clusterApiDefinitions(home);
    expect(definitions).toHaveLength(5);
    const bare = { properties: { description: { type: "string", maxLength: 9 } } };
    for (const definition of definitions) {
        expect(definition).toMatchObject({ kind: "CustomResourceDefinition", metadata: { labels: OWNED } });
        expect(definition["spec"]).toEqual({ versions: [{ name: "v1beta2", schema: { openAPIV3Schema: bare } }] });
    }
});

test("Metal3's stand-ins keep no field that they do not name", () => {
    const text = JSON.stringify(metal3Definitions());
    expect(metal3Definitions()).toHaveLength(4);
    expect(text).not.toContain("preserve-unknown-fields");
    expect(text).not.toContain('"additionalProperties":true');
});
