import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";
import { defaultDeny } from "../../kubernetes/default-deny";
import { MACHINES, type MachineObject } from "./plan";
import type { Labels } from "../../conventions/names";
import { PROTECTED } from "../../kubernetes/deletion-protection";
import { metadata } from "../../kubernetes/metadata";
import { restrictedNamespace } from "../../kubernetes/tenancy";

/**
 * Objects that stay in the cluster when they are no longer declared. A machine is switched off when its host, or an object that it is part
 * of, is gone. A template is needed as long as a machine that was made from it exists.
 */
const STAYING: Readonly<Record<string, pulumi.CustomResourceOptions>> = {
    BareMetalHost: PROTECTED,
    Cluster: PROTECTED,
    KubeadmControlPlane: PROTECTED,
    MachineDeployment: PROTECTED,
    Metal3Cluster: PROTECTED,
    KubeadmConfigTemplate: { retainOnDelete: true },
    Metal3MachineTemplate: { retainOnDelete: true },
};

/** The templates that machines are made from, and the objects that make them. */
const TEMPLATE = /Template$/;
const MAKERS: readonly string[] = ["KubeadmControlPlane", "MachineDeployment"];

export interface MachinesArgs {
    readonly machines: readonly MachineObject[];
    readonly labels: Labels;
    readonly podSecurityVersion: string;
}

/** The cluster's machines, in a namespace without pods, because it holds the credentials of their management controllers. */
export class Machines extends pulumi.ComponentResource {
    constructor(
        name: string,
        { machines, labels, podSecurityVersion }: MachinesArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super("data-embassy:cluster:Machines", name, {}, opts);
        const namespace = restrictedNamespace(
            name,
            { namespace: MACHINES, labels, podSecurityVersion },
            { parent: this },
        );
        defaultDeny(`${name}-default-deny`, { namespace, labels }, { parent: this });
        const templates: pulumi.Resource[] = [];
        for (const { apiVersion, kind, name: called, labels: own, annotations, spec } of machines) {
            const made = new CustomResource(
                `${name}-${kind.toLowerCase()}-${called}`,
                { apiVersion, kind, metadata: metadata(called, { ...labels, ...own }, namespace, annotations), spec },
                // Makers are protected: while one is in the state, a run that would destroy everything does not forget the templates of its machines.
                { parent: this, dependsOn: MAKERS.includes(kind) ? [...templates] : [], ...STAYING[kind] },
            );
            if (TEMPLATE.test(kind)) {
                templates.push(made);
            }
        }
        this.registerOutputs();
    }
}
