import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass";
import type * as pulumi from "@pulumi/pulumi";
import { metadata } from "../kubernetes/metadata";
import type { Labels } from "../conventions/names";

/**
 * The hosts' own disks, as volumes declared beside the machines.
 *
 * WaitForFirstConsumer: the scheduler picks the host first, by fault domain, and only then a disk on it
 * (https://kubernetes.io/docs/concepts/storage/storage-classes/#local). Retain: the data stays when its claim goes.
 */
export function localClass(
    name: string,
    { labels }: { readonly labels: Labels },
    opts: pulumi.CustomResourceOptions,
): StorageClass {
    return new StorageClass(
        name,
        {
            metadata: metadata(name, labels),
            provisioner: "kubernetes.io/no-provisioner",
            volumeBindingMode: "WaitForFirstConsumer",
            reclaimPolicy: "Retain",
            allowVolumeExpansion: false,
        },
        opts,
    );
}
