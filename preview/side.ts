import type { Outside } from "../infra/site/outside";
import type { SiteFacts } from "./facility/facts";
import type { Registered } from "./render/registrations";
import type { Rules } from "./render/rules";
import type { StackFile } from "./stack-file";

/** One side of a comparison. */
export interface Side {
    readonly resources: readonly Registered[];
    readonly outside: Outside;
    readonly file: StackFile;
    /** Undefined where the tree's plan cannot be read. */
    readonly facts?: SiteFacts | undefined;
    /** Rules of the tree's policy pack; undefined where it has none. */
    readonly rules?: Rules | undefined;
}
