/** Reads definitions of resources out of a Go module, for the lab's API servers. Their validation stays as it is. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { libraryOf } from "../toolchain/build/go-folders";
import { type Manifest, OWNED } from "./objects";

interface Definition extends Manifest {
    readonly spec: { readonly versions: readonly { readonly name: string }[] };
}

/**
 * Leaves out descriptions and undeclared versions, which are five sixths of the definitions and would fill an API server's memory.
 *
 * @param part of the toolchain
 * @param folder of the part's library
 * @param names of files, without `.yaml`
 */
export function definitions(
    binDirectory: string,
    { part, folder, names, version }: Readonly<Record<"part" | "folder" | "version", string>> & { names: string[] },
): Manifest[] {
    return names.map((name) => {
        const file = path.join(libraryOf(binDirectory, part), folder, `${name}.yaml`);
        const { spec, metadata, ...rest } = parse(fs.readFileSync(file, "utf8")) as Definition;
        const versions = spec.versions.filter(({ name: called }) => called === version).map(undescribed);
        return { ...rest, metadata: { ...metadata, labels: OWNED }, spec: { ...spec, versions } };
    });
}

/** A schema's `description` is a text; where it is an object it is a property of that name. */
function undescribed(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(undescribed);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const kept = Object.entries(value).filter(([key, inner]) => key !== "description" || typeof inner !== "string");
    return Object.fromEntries(kept.map(([key, inner]) => [key, undescribed(inner)]));
}
