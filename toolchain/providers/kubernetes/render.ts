/** `renderYamlToDirectory`: objects become files instead of going to a cluster. */
import fs from "node:fs/promises";
import path from "node:path";
import { KubeObject, nameOf, namespaceOf, text } from "./objects";
import { encodeYaml } from "./yaml";

/** CRDs have a folder of their own, so that they can be applied first. This is the official plugin's layout. */
function fileOf(directory: string, object: KubeObject): string {
    const [apiVersion, kind] = [text(object, "apiVersion"), text(object, "kind")];
    const folder =
        kind === "CustomResourceDefinition" && apiVersion.startsWith("apiextensions.k8s.io/") ? "0-crd" : "1-manifest";
    const parts = [
        apiVersion.replaceAll(/[/:]/g, "_"),
        kind.toLowerCase(),
        namespaceOf(object) || "default",
        nameOf(object),
    ];
    return path.join(directory, folder, `${parts.join("-").replaceAll("/", "_")}.yaml`);
}

export async function render(directory: string, object: KubeObject): Promise<void> {
    const file = fileOf(directory, object);
    await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    // The object may be a Secret.
    await fs.writeFile(file, await encodeYaml(object), { mode: 0o600 });
}

export async function unrender(directory: string, object: KubeObject): Promise<void> {
    await fs.rm(fileOf(directory, object), { force: true });
}
