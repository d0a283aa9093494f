/**
 * A site's object store: versitygw, which keeps S3's objects, versions and locks as files. Two static programs, of
 * which one tells the other of a renewed certificate.
 */
import type { Image } from "../declaration";

export const objectStore: Image = {
    name: "object-store",
    packages: [],
    programs: [
        { part: "versitygw", path: "/usr/bin/versitygw" },
        { part: "follow", path: "/usr/bin/follow" },
    ],
    user: { uid: 65532, gid: 65532 },
    entrypoint: ["/usr/bin/versitygw"],
};
