/**
 * A site's object store: versitygw, which keeps S3's objects, versions and locks as files. Two static programs, of
 * which one tells the other of a renewed certificate.
 */
import { PROGRAM } from "../../infra/conventions/programs";
import { AGENT_USER } from "../../infra/conventions/users";
import type { Image } from "../declaration";

export const objectStore: Image = {
    name: "object-store",
    packages: [],
    programs: [
        { part: "versitygw", path: PROGRAM.versitygw },
        { part: "follow", path: PROGRAM.follow },
    ],
    user: AGENT_USER,
    entrypoint: [PROGRAM.versitygw],
};
