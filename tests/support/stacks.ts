/** Stack files as the program is given them. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "..", "..");

/** The `config` section of Pulumi.<stack>.yaml. */
export function stackValues(stack: string): Record<string, unknown> {
    const file = readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8");
    return (parse(file) as { config: Record<string, unknown> }).config;
}

/** Of `storage`, where a stack asks for copies in a public cloud. */
export const PUBLIC_CLOUD = {
    endpoint: "s3.cloud.example",
    address: "192.0.2.7",
    region: "north",
    bucket: "estonian-legislation",
    credentials: "public-cloud",
    registries: ["legislation"],
} as const;

/** Every stack that has a file. */
export const STACKS = readdirSync(ROOT)
    .map((file) => /^Pulumi\.([a-z]+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined);
