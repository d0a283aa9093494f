import { z } from "zod";
import { quantity } from "./quantity";

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,14}[a-z0-9])?$/, "must be a DNS label of at most 16 characters");

export const cluster = z.strictObject({
    /** Context in the kubeconfig (`KUBECONFIG`, as kubectl reads it) through which this site is reached. */
    context: z.string().min(1),
    /** Kubernetes minor version; it also pins the Pod Security profile, so that an upgrade cannot tighten it unseen. */
    kubernetes: z.string().regex(/^1\.\d+$/, 'must be a minor version in quotes, such as "1.36"'),
    /**
     * etcd members, one per control-plane machine. Odd: an even member adds a machine that can fail and no failure
     * that can be borne (https://etcd.io/docs/latest/faq/#why-an-odd-number-of-cluster-members).
     */
    quorum: z
        .int()
        .min(3, "must be 3 or more: fewer members cannot lose one and go on")
        .refine((n) => n % 2 === 1, "must be odd: an even quorum bears no more failures than one member fewer"),
    /** Independent power and cooling paths of the facility, and the racks on each. Tier IV has two active ones. */
    feeds: z
        .record(label, z.strictObject({ racks: z.array(label).min(1) }))
        .refine(
            (feeds) => Object.keys(feeds).length >= 2,
            "must name two feeds or more: Tier IV bears the loss of one",
        ),
    rack: z.strictObject({ hosts: z.int().min(1).max(64) }),
    /** Every worker is the same machine. `disks` local disks of `diskSize` each are given to registries. */
    host: z.strictObject({
        cpu: quantity,
        memory: quantity,
        pods: z.int().min(1).max(250),
        disks: z.int().min(1),
        diskSize: quantity,
    }),
});
