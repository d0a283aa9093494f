/**
 * Hides what the SDK's own components register about themselves. `kubernetes.yaml.ConfigGroup` registers the manifests that it was given as
 * its inputs, and the engine keeps those as they are: the data of a Secret in them would be in the state in the clear, although the
 * Secret itself is encrypted.
 */
type Register = (...args: unknown[]) => unknown;
type Require = (id: string) => { readonly secret: (value: unknown) => unknown };

/** The positions of a resource's type and properties among the arguments of the SDK's `registerResource`. */
const [TYPE, PROPERTIES] = [2, 7];
const COMPONENT = /^kubernetes:yaml:Config(Group|File)$/;
const MANIFESTS = ["yaml", "objs"];

/**
 * The SDK's `registerResource`, with manifests marked as secret.
 *
 * @param fromSdk resolves modules from the folder of the SDK
 */
export function secretManifests(register: Register, fromSdk: Require): Register {
    return function (this: unknown, ...args) {
        const [type, properties] = [args[TYPE], args[PROPERTIES]];
        if (typeof type === "string" && COMPONENT.test(type)) {
            args[PROPERTIES] = marked({ ...(properties as object) }, fromSdk("./output").secret);
        }
        return register.apply(this, args);
    };
}

function marked(properties: Record<string, unknown>, secret: (value: unknown) => unknown): Record<string, unknown> {
    for (const key of MANIFESTS) {
        if (properties[key] !== undefined) {
            properties[key] = secret(properties[key]);
        }
    }
    return properties;
}
