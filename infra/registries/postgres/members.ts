import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type * as pulumi from "@pulumi/pulumi";
import { PATRONI, agreedName } from "../../conventions/lease";
import { metadata } from "../../kubernetes/metadata";
import { DATABASE, type DatabasePlan } from "../plan-database";
import { dynamicConfiguration, localConfiguration, serviceFile, setupFile } from "./patroni";
import { setupScript } from "../roles";
import type { RegistryPlan } from "../plan";
import { gate } from "../replication/gate";

export interface MembersArgs {
    readonly registry: RegistryPlan;
    readonly namespace: pulumi.Input<string>;
    readonly serviceAccount: pulumi.Input<string>;
    /** Name of the ClusterRole that the members get in their namespace. */
    readonly role: pulumi.Input<string>;
    /** Resources that must be there before anything runs. */
    readonly before: pulumi.Resource[];
}

export interface Members {
    /** Name of the ConfigMap with the members' files. */
    readonly files: pulumi.Output<string>;
    /** The ConfigMap that must be there before any member is: one that started without it would take itself for a primary. */
    readonly agreed: pulumi.Resource;
}

/** The files that {@link members} puts into its ConfigMap. */
export function memberFiles(plan: DatabasePlan): Record<string, string> {
    // JSON is valid YAML.
    return {
        "patroni.yml": JSON.stringify(localConfiguration(plan), null, 2),
        "setup.sql": setupScript(plan),
        "setup.sh": setupFile(),
        "pg_service.conf": serviceFile(),
    };
}

/**
 * How a database's members know what they are, and how they agree on who leads: through ConfigMaps of their namespace, which Patroni uses
 * as its store (https://patroni.readthedocs.io/en/latest/kubernetes.html).
 */
export function members(name: string, args: MembersArgs, opts: pulumi.CustomResourceOptions): Members {
    const { registry, namespace } = args;
    const { database, labels } = registry;
    const files = new ConfigMap(
        `${name}-files`,
        { metadata: metadata(DATABASE, labels, namespace), data: memberFiles(database) },
        opts,
    );
    const binding = new RoleBinding(
        `${name}-role-binding`,
        {
            metadata: metadata(DATABASE, labels, namespace),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: args.role },
            // The account is named by its name alone, so that the binding need not wait for it.
            subjects: [{ kind: "ServiceAccount", name: DATABASE, namespace }],
        },
        opts,
    );
    // The annotation is ours: changing it changes the site's role, and Patroni follows. Other annotations of this object are Patroni's.
    const config = JSON.stringify(dynamicConfiguration(database));
    const agreed = new ConfigMap(
        `${name}-agreed`,
        { metadata: metadata(agreedName(database.scope), labels, namespace, { [PATRONI.config]: config }) },
        { ...opts, dependsOn: gate(`${name}-gate`, { ...args, before: [...args.before, binding] }, opts) },
    );
    return { files: files.metadata.name, agreed };
}
