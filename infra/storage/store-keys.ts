import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import type { StoreUsers } from "../conventions/object-store";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { metadata } from "../kubernetes/metadata";
import { generatedSecret } from "../keys/generated";
import { type ObjectStorePlan, SELF_TEST_BUCKET } from "./plan-object-store";

/** Accounts of the store's own: each is an access key id, and the name of its key in the Secret `accounts`. */
export const ACCOUNT = {
    inspector: "inspector",
    purger: "purger",
    selfTest: "self-test",
    selfTestViewer: "self-test-viewer",
} as const;
/** Protected keys in a state that an earlier release wrote, whose accounts no longer exist. They continue as the keys of these. */
const FORMERLY: Readonly<Record<string, readonly string[]>> = {
    [ACCOUNT.inspector]: ["retention-agent", "sealer"],
    [ACCOUNT.selfTestViewer]: ["administrator"],
};
/** Key of the Secret with the users, and of the ConfigMap with the buckets. */
export const FILE = { users: "users.json", buckets: "buckets.json" } as const;

export interface StoreKeys {
    /** Secret with the key of each account of the store's own. */
    readonly accounts: pulumi.Output<string>;
    /** Secret with all users of the store. */
    readonly users: pulumi.Output<string>;
    /** ConfigMap with the names of its buckets. */
    readonly buckets: pulumi.Output<string>;
}

export interface StoreKeysArgs {
    readonly store: ObjectStorePlan;
    readonly namespace: pulumi.Input<string>;
    readonly users: pulumi.Input<StoreUsers>;
}

/** Who may use the store, and what is in it. It is written down once, and the store itself reads it. */
export function storeKeys(name: string, args: StoreKeysArgs, opts: pulumi.CustomResourceOptions): StoreKeys {
    const { store, namespace } = args;
    const key = (account: string): pulumi.Output<string> =>
        generatedSecret(`${name}-${account}`, {
            ...opts,
            ...(account in FORMERLY && {
                aliases: FORMERLY[account]?.map((before) => ({ name: `${name}-${before}` })),
            }),
        });
    const keys = Object.fromEntries(Object.values(ACCOUNT).map((account) => [account, key(account)])) as Record<
        (typeof ACCOUNT)[keyof typeof ACCOUNT],
        pulumi.Output<string>
    >;
    const users = pulumi
        .all([args.users, keys.inspector, keys.purger, keys["self-test"], keys["self-test-viewer"]])
        .apply(([others, inspector, purger, selfTest, selfTestViewer]) => {
            const own: StoreUsers = {
                [ACCOUNT.inspector]: { secret: inspector, right: "inspect" },
                [ACCOUNT.purger]: { secret: purger, right: "purge" },
                [ACCOUNT.selfTest]: { secret: selfTest, right: "backup", bucket: SELF_TEST_BUCKET },
                [ACCOUNT.selfTestViewer]: { secret: selfTestViewer, right: "read", bucket: SELF_TEST_BUCKET },
            };
            // Users are sorted by name, because the engine hands maps on in any order, and another text would be a change.
            const users = Object.entries({ ...others, ...own }).sort(([a], [b]) => (a < b ? -1 : 1));
            return JSON.stringify(Object.fromEntries(users));
        });
    const secret = (object: string, stringData: Record<string, pulumi.Input<string>>): pulumi.Output<string> =>
        new Secret(
            `${name}-${object}`,
            { metadata: metadata(object, store.labels, namespace), stringData },
            { ...opts, ...PROTECTED },
        ).metadata.name;
    return {
        accounts: secret("accounts", keys),
        users: secret("users", { [FILE.users]: pulumi.secret(users) }),
        buckets: new ConfigMap(
            `${name}-buckets`,
            {
                metadata: metadata("buckets", store.labels, namespace),
                data: { [FILE.buckets]: JSON.stringify(store.buckets) },
            },
            opts,
        ).metadata.name,
    };
}
