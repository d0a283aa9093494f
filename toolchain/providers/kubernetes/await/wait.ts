import { PlainMap } from "../../../plugin/values";
import { Connection } from "../cluster";
import { GroupVersionKind } from "../types";

/** What somebody waits for, where, and for how long. */
export interface Wait {
    readonly connection: Connection;
    readonly gvk: GroupVersionKind;
    readonly inputs: PlainMap;
    /** Seconds, from customTimeouts; 0 where there are none. */
    readonly timeout: number;
    /** Aborted when the user cancels. */
    readonly cancelled: AbortSignal;
}
