/**
 * Stand-ins for the definitions of Metal3's resources, whose modules are not available. They have only the fields that a site declares, with the
 * names, types and limits that Metal3 1.14 has for them. An object that is valid here is valid there too, unless its webhooks refuse it.
 * https://github.com/metal3-io/cluster-api-provider-metal3/blob/main/docs/api.md, https://github.com/metal3-io/baremetal-operator/blob/main/docs/api.md
 */
import { GROUP, VERSION } from "../../infra/cluster/machines/names";
import { type Manifest, OWNED } from "../objects";

type Schema = Readonly<Record<string, unknown>>;

const text = (limits: Schema = {}): Schema => ({ type: "string", ...limits });
const whole = (minimum: number, maximum?: number): Schema => ({
    type: "integer",
    format: "int32",
    minimum,
    ...(maximum !== undefined && { maximum }),
});
const flag: Schema = { type: "boolean" };
const labels: Schema = { type: "object", additionalProperties: text() };

/** An object with only these fields; a field with `!` after its name is required. */
function object(fields: Readonly<Record<string, Schema>>): Schema {
    const required = Object.keys(fields).filter((field) => field.endsWith("!"));
    const plain = (field: string): string => field.replace("!", "");
    return {
        type: "object",
        properties: Object.fromEntries(Object.entries(fields).map(([field, schema]) => [plain(field), schema])),
        ...(required.length > 0 && { required: required.map(plain) }),
    };
}

const template = (spec: Schema): Schema => object({ "template!": object({ "spec!": spec }) });

const metal3Cluster = object({
    controlPlaneEndpoint: object({ host: text({ minLength: 1, maxLength: 512 }), port: whole(1, 65535) }),
    cloudProviderEnabled: flag,
    failureDomains: {
        type: "array",
        minItems: 1,
        maxItems: 100,
        items: object({ "name!": text({ minLength: 1, maxLength: 256 }), controlPlane: flag }),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    },
});

const machineTemplate = template(
    object({
        image: object({ "url!": text({ minLength: 1, maxLength: 512, format: "uri" }) }),
        hostSelector: object({ matchLabels: labels }),
    }),
);

const remediationTemplate = template(
    object({
        strategy: object({ type: text({ enum: ["Reboot"] }), retryLimit: whole(1), timeoutSeconds: whole(100) }),
    }),
);

const bareMetalHost = object({
    "online!": flag,
    bmc: object({ "address!": text(), "credentialsName!": text() }),
    rootDeviceHints: object({ deviceName: text() }),
    automatedCleaningMode: text({ enum: ["metadata", "disabled"], default: "metadata" }),
});

export function metal3Definitions(): Manifest[] {
    return [
        definition(GROUP.infrastructure, VERSION, "Metal3Cluster", metal3Cluster),
        definition(GROUP.infrastructure, VERSION, "Metal3MachineTemplate", machineTemplate),
        definition(GROUP.infrastructure, VERSION, "Metal3RemediationTemplate", remediationTemplate),
        definition("metal3.io", "v1alpha1", "BareMetalHost", bareMetalHost),
    ];
}

function definition(group: string, version: string, kind: string, spec: Schema): Manifest {
    const singular = kind.toLowerCase();
    const plural = `${singular}s`;
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}`, labels: OWNED },
        spec: {
            group,
            scope: "Namespaced",
            names: { kind, listKind: `${kind}List`, singular, plural },
            versions: [
                { name: version, served: true, storage: true, schema: { openAPIV3Schema: object({ "spec!": spec }) } },
            ],
        },
    };
}
