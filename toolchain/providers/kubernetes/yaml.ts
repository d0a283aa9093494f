/** YAML as the Kubernetes tools read and write it. The library is loaded when it is first needed. */
import { Plain, PlainMap } from "../../plugin/values";
import { isMap, text } from "./objects";

/**
 * The objects in a stream of YAML or JSON documents. Documents without a kind or apiVersion (a comment, an empty document) are left out.
 *
 * It is YAML 1.1, as kubectl reads it: `0644` is octal and `yes` is true; but a date stays text, and so does `10:30`.
 */
export async function decodeYaml(source: string): Promise<PlainMap[]> {
    const { parseAllDocuments } = await import("yaml");
    const documents = parseAllDocuments(source, {
        version: "1.1",
        merge: true,
        customTags: (tags) =>
            tags.filter(
                (tag) =>
                    typeof tag === "string" ||
                    (!tag.tag.endsWith(":timestamp") && !("format" in tag && tag.format === "TIME")),
            ),
    });
    if (!Array.isArray(documents)) {
        return [];
    }
    return documents
        .map((document, index) => {
            const [error] = document.errors;
            if (error) {
                const at = error.linePos?.[0];
                // The message only says where the error is, because the text around it may be a Secret's.
                throw new Error(
                    `YAML document ${index + 1} is malformed at line ${at?.line ?? "?"}, column ${at?.col ?? "?"} (${error.code})`,
                );
            }
            return document.toJS({ maxAliasCount: 1000 }) as Plain;
        })
        .filter(isMap)
        .filter((object) => text(object, "kind") !== "" && text(object, "apiVersion") !== "");
}

export async function encodeYaml(object: PlainMap): Promise<string> {
    const { stringify } = await import("yaml");
    return stringify(object, { sortMapEntries: true, version: "1.1" });
}
