import type { SpdxDocument } from "../../images/spdx";

/** Checks what SPDX 2.3 requires of a document, its packages and its relationships (clauses 6, 7 and 11), and of the format of values. */
export function expectSpdx(document: SpdxDocument): void {
    expect(document).toMatchObject({
        spdxVersion: "SPDX-2.3",
        dataLicense: "CC0-1.0",
        SPDXID: "SPDXRef-DOCUMENT",
        name: expect.stringMatching(/./) as string,
        documentNamespace: expect.stringMatching(/^[a-z]+:[^#\s]+$/) as string,
        creationInfo: {
            created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
            creators: [expect.stringMatching(/^(Person|Organization|Tool): ./) as string],
        },
    });
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    for (const each of document.packages) {
        expect(each.SPDXID).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
        expect(each.name).not.toBe("");
        expect(each.versionInfo).not.toBe("");
        expect(each.downloadLocation).toBe("NOASSERTION");
        expect(each.filesAnalyzed).toBe(false);
        expect(each.checksums?.every(({ checksumValue }) => /^[0-9a-f]{64}$/.test(checksumValue)) ?? true).toBe(true);
    }
    const known = [document.SPDXID, ...ids];
    for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
        expect(known).toEqual(expect.arrayContaining([spdxElementId, relatedSpdxElement]));
    }
    const described = document.relationships.filter(({ relationshipType }) => relationshipType === "DESCRIBES");
    expect(described).toHaveLength(1);
}
