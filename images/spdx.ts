/** The list of what is inside an image, in SPDX 2.3: https://spdx.github.io/spdx-spec/v2.3 */
import type { Component } from "./contents";
import { CREATED } from "./oci";

export interface SpdxDocument {
    readonly spdxVersion: "SPDX-2.3";
    readonly dataLicense: "CC0-1.0";
    readonly SPDXID: "SPDXRef-DOCUMENT";
    readonly name: string;
    readonly documentNamespace: string;
    readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
    readonly packages: readonly SpdxPackage[];
    readonly relationships: readonly SpdxRelationship[];
}

export interface SpdxPackage {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo: string;
    readonly downloadLocation: "NOASSERTION";
    readonly filesAnalyzed: false;
    readonly licenseConcluded: "NOASSERTION";
    readonly licenseDeclared: "NOASSERTION";
    readonly copyrightText: "NOASSERTION";
    readonly supplier?: string;
    readonly sourceInfo?: string;
    readonly primaryPackagePurpose?: "CONTAINER";
    readonly checksums?: readonly { readonly algorithm: "SHA256"; readonly checksumValue: string }[];
    readonly externalRefs?: readonly {
        readonly referenceCategory: "PACKAGE-MANAGER";
        readonly referenceType: "purl";
        readonly referenceLocator: string;
    }[];
}

export interface SpdxRelationship {
    readonly spdxElementId: string;
    readonly relatedSpdxElement: string;
    readonly relationshipType: "DESCRIBES" | "CONTAINS";
}

const DOCUMENT = "SPDXRef-DOCUMENT";
const IMAGE = "SPDXRef-image";

/** Licences are in the image itself, in each package's `copyright`; the list does not judge them. */
const UNSAID = {
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: "NOASSERTION",
    copyrightText: "NOASSERTION",
} as const;

/** @param digest the image's, `sha256:…`: with it the list says which image it is of, and is the same for the same image */
export function spdx(name: string, digest: string, components: readonly Component[]): SpdxDocument {
    const hex = digest.replace("sha256:", "");
    const contained = components.map((component, index) => spdxPackage(component, index));
    return {
        spdxVersion: "SPDX-2.3",
        dataLicense: "CC0-1.0",
        SPDXID: DOCUMENT,
        name,
        // The specification gives this address to those without a web site of their own; nothing needs to be there.
        documentNamespace: `https://spdx.org/spdxdocs/data-embassy-${name}-${hex}`,
        creationInfo: { created: CREATED, creators: ["Tool: data-embassy-images"] },
        packages: [
            {
                SPDXID: IMAGE,
                name,
                versionInfo: digest,
                ...UNSAID,
                primaryPackagePurpose: "CONTAINER",
                checksums: [{ algorithm: "SHA256", checksumValue: hex }],
            },
            ...contained,
        ],
        relationships: [
            { spdxElementId: DOCUMENT, relatedSpdxElement: IMAGE, relationshipType: "DESCRIBES" },
            ...contained.map(({ SPDXID }): SpdxRelationship => {
                return { spdxElementId: IMAGE, relatedSpdxElement: SPDXID, relationshipType: "CONTAINS" };
            }),
        ],
    };
}

function spdxPackage({ kind, name, version, purl, sha256, source }: Component, index: number): SpdxPackage {
    return {
        // Only letters, digits, dots and dashes are allowed; the number keeps libstdc++6 and libstdc--6 apart.
        SPDXID: `SPDXRef-${kind}-${index + 1}-${name.replace(/[^A-Za-z0-9.-]/g, "-")}`,
        name,
        versionInfo: version,
        ...UNSAID,
        ...(kind === "deb" && { supplier: "Organization: Debian" }),
        ...(source !== undefined && { sourceInfo: `built from the source package ${source}` }),
        ...(sha256 !== undefined && { checksums: [{ algorithm: "SHA256", checksumValue: sha256 }] }),
        externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl }],
    };
}
