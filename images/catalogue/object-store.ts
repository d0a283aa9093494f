/** A site's object store: versitygw, which keeps S3's objects, versions and locks as files. One static program. */
import type { Image } from "../declaration";

export const objectStore: Image = {
    name: "object-store",
    packages: [],
    programs: [{ part: "versitygw", path: "/usr/bin/versitygw" }],
    user: { uid: 65532, gid: 65532 },
    entrypoint: ["/usr/bin/versitygw"],
};
