/** Reads the secrets that custody keeps, the root and the registries' secrets, from the state of the stack that holds the root. */
import { z } from "zod";
import type { Toolchain } from "../toolchain/cli/environment";
import { runPulumi } from "../toolchain/cli/run";
import { stateFile } from "../toolchain/cli/states";
import { UserError } from "../command-line/command";
import { ROOT, SECRET_NAMES, type SecretName } from "./format";

/** A secret in the output of `pulumi stack export --show-secrets`: JSON in JSON. */
const shown = z.object({ plaintext: z.string() });
const exported = z.object({
    deployment: z.object({
        resources: z
            .array(z.object({ urn: z.string(), outputs: z.record(z.string(), z.unknown()).optional() }))
            .optional(),
    }),
});

/** @throws UserError where the stack lacks some of them */
export async function secretsOf(stack: string, toolchain: Toolchain): Promise<Record<SecretName, string>> {
    const args = ["stack", "export", "--show-secrets", "--stack", stack];
    const { code, output } = await runPulumi(args, { toolchain, capture: true });
    if (code !== 0) {
        throw new UserError(
            `The keys cannot be had from the stack ${stack}. They are in its state (${stateFile(stack)}) and open with the ` +
                "passphrase: hold the ceremony where both are.",
        );
    }
    return secretsIn(JSON.parse(output), stack);
}

/** Pure. @param state the CLI's export @throws UserError naming what is missing */
export function secretsIn(state: unknown, stack: string): Record<SecretName, string> {
    const { deployment } = exported.parse(state);
    const output = (resource: string, property: string): string | undefined => {
        const found = deployment.resources?.find(({ urn }) => urn.endsWith(`::${resource}`))?.outputs?.[property];
        const secret = shown.safeParse(found);
        const value: unknown = secret.success ? JSON.parse(secret.data.plaintext) : found;
        return typeof value === "string" ? value : undefined;
    };
    const [key, certificate] = [output("root-key", "privateKeyPem"), output("root-certificate", "certPem")];
    const secrets = SECRET_NAMES.map((name): [SecretName, string | undefined] =>
        name === ROOT
            ? [name, key === undefined || certificate === undefined ? undefined : key + certificate]
            : [name, output(`${name}-secret`, "result")],
    );
    const missing = secrets.filter(([, secret]) => secret === undefined).map(([name]) => name);
    if (missing.length > 0) {
        throw new UserError(
            `The stack ${stack} has no key of ${missing.join(", ")}: run npm run pulumi -- up -s ${stack}, or name the stack ` +
                "that holds the root (data-embassy:keys.root).",
        );
    }
    return Object.fromEntries(secrets) as Record<SecretName, string>;
}
