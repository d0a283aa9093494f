/** Makes the stack file of a restore environment from the template and the source of the restore. Pure. */
import { type Document, Scalar } from "yaml";
import { PROJECT } from "../infra/conventions/names";
import type { Instant } from "../infra/conventions/instant";
import { FIRST_GENERATION } from "../infra/keys/registry-keys";
import type { RegistryName } from "../infra/conventions/registries";
import { wholeStackDocument } from "../toolchain/cli/project-config";

export interface Stamp {
    /** Name of the site in the lab, which is also the name of the cluster in its kubeconfig. */
    readonly site: string;
    readonly from: string;
    /** The instant; without one, everything that is stored. */
    readonly at: Instant | undefined;
    /** Registries that run; the others are declared and do not. */
    readonly registries: readonly RegistryName[];
    /** Registry → generations of its keys: the one that opens the restored data, and the newest. */
    readonly generations: Readonly<Record<string, { readonly read: number; readonly newest: number }>>;
}

/**
 * The file is complete: it includes the project's configuration for every stack, because the environment changes some of it.
 *
 * @param template text of Pulumi.restore.yaml
 */
export function stampStackFile(template: string, { site, from, at, registries, generations }: Stamp): string {
    const document = wholeStackDocument(template);
    document.setIn(["config", `${PROJECT}:site`, "context"], site);
    const rotated = Object.entries(generations).filter(([, { newest }]) => newest !== FIRST_GENERATION);
    document.setIn(["config", `${PROJECT}:restore`], {
        from,
        ...(at !== undefined && { at: quoted(at) }),
        ...(rotated.length > 0 && {
            generations: Object.fromEntries(rotated.map(([registry, { read }]) => [registry, read])),
        }),
    });
    for (const [registry, { newest }] of rotated) {
        document.setIn(["config", `${PROJECT}:keys`, "generations", registry], [newest]);
    }
    runOnly(document, registries);
    return document.toString();
}

/** Declares in a stack file that these registries run, and the others do not. */
export function runOnly(document: Document, registries: readonly string[]): void {
    const key = ["config", `${PROJECT}:registries`];
    const declared = document.toJS() as { config: Record<string, object> };
    for (const registry of Object.keys(declared.config[`${PROJECT}:registries`] ?? {})) {
        document.setIn([...key, registry, "running"], registries.includes(registry));
    }
}

/** Without quotes the engine's reader takes an instant for a date, and passes it on in another form. */
function quoted(text: string): Scalar {
    const scalar = new Scalar(text);
    scalar.type = Scalar.QUOTE_DOUBLE;
    return scalar;
}
