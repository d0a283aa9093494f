import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../../conventions/names";
import { CERT_MANAGER_API, CERT_MANAGER_USER, NEXT_KEY_LABEL } from "../../keys/plan-cert-manager";
import { refusing } from "../../kubernetes/admission";
import { BY_DECLARED } from "./declarations";

/**
 * Types of Secrets that hold tokens: anybody who reads one can act as somebody else.
 * https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
 */
const TOKENS = ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];

const NEXT_KEY = (secret: string): string =>
    `(has(${secret}.metadata.labels) && "${NEXT_KEY_LABEL}" in ${secret}.metadata.labels)`;

/** The Secrets that cert-manager writes for a renewal: one with a key that is in no certificate yet, and that of a certificate that is declared. */
const FOR_A_RENEWAL =
    `object.type == "Opaque" && ${NEXT_KEY("object")} && (oldObject == null || ${NEXT_KEY("oldObject")}) && ` +
    "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.?controller.orValue(false) && " +
    `o.kind == "Certificate" && o.apiVersion.startsWith("${CERT_MANAGER_API.group}/"))`;
const OF_A_CERTIFICATE =
    'object.type == "kubernetes.io/tls" && has(params.data) && (request.namespace + ".Secret." + object.metadata.name) in params.data';

/** No Secret may be a token, whoever asks, because nobody may keep an identity. cert-manager writes only the Secrets that its Certificates name. */
export function secrets(
    name: string,
    { labels }: { readonly labels: Labels },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    return refusing(
        name,
        {
            called: "declared-secrets",
            labels,
            ...BY_DECLARED,
            matchConstraints: {
                resourceRules: [
                    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["secrets"] },
                ],
            },
            // For all other requests nothing is looked up: their Secrets may be created before what is declared is written down.
            matchConditions: [
                {
                    name: "token-or-cert-manager",
                    expression: `object.type in ${JSON.stringify(TOKENS)} || request.userInfo.username == "${CERT_MANAGER_USER}"`,
                },
            ],
            validations: [
                {
                    expression: `!(object.type in ${JSON.stringify(TOKENS)})`,
                    reason: "Forbidden",
                    message: "no Secret is a token: a pod has one from its machine, for an hour",
                },
                {
                    expression: `request.userInfo.username != "${CERT_MANAGER_USER}" || (${OF_A_CERTIFICATE}) || (${FOR_A_RENEWAL})`,
                    reason: "Forbidden",
                    messageExpression:
                        'object.metadata.name + " is no Secret of a certificate that is declared, and cert-manager writes no other"',
                },
            ],
        },
        opts,
    );
}
