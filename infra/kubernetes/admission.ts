import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata";

type Spec = input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
type Binding = input.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec;

export interface AdmissionArgs extends Omit<Spec, "failurePolicy"> {
    /** Name of the policy and of its binding; a refusal shows it. */
    readonly called: string;
    readonly labels: Readonly<Record<string, string>>;
    /** What the policy's expressions know as `params`. */
    readonly paramRef?: Binding["paramRef"];
}

/** Requests that put a container on a machine: those for a pod, and those for a debugging container in an existing pod. */
export const POD_WRITES = {
    apiGroups: [""],
    apiVersions: ["v1"],
    resources: ["pods", "pods/ephemeralcontainers"],
    operations: ["CREATE", "UPDATE"],
};

/**
 * A policy by which the API server refuses requests, also where it cannot evaluate the policy:
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function refusing(name: string, args: AdmissionArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { called, labels, paramRef, ...spec } = args;
    const policy = new ValidatingAdmissionPolicy(
        `${name}-policy`,
        { metadata: metadata(called, labels), spec: { failurePolicy: "Fail", ...spec } },
        opts,
    );
    return new ValidatingAdmissionPolicyBinding(
        `${name}-binding`,
        {
            metadata: metadata(called, labels),
            spec: {
                // Who binds a policy must be able to read its parameters, and the API server finds these in the policy. So a preview must not
                // ask before there is one, which only the id tells.
                policyName: policy.id.apply(() => called),
                validationActions: ["Deny"],
                ...(paramRef !== undefined && { paramRef }),
            },
        },
        opts,
    );
}
