/** Checks that the live objects of a restore environment are the same as those of a site. */
import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Difference, type SiteResource, differences, liveResource } from "../infra/restore/differences";
import { LIVE_MAY_DIFFER, undeclared } from "../infra/restore/parity";
import { stateFile } from "../toolchain/cli/states";
import { LabError } from "../lab/errors";
import { SitePaths } from "../lab/paths";

export interface Comparison {
    readonly site: string;
    readonly environment: string;
    /** The number of compared objects in each. */
    readonly objects: { readonly site: number; readonly environment: number };
    /** Number of fields that differ, and may differ. */
    readonly declared: number;
    /** Fields that differ, and must not. */
    readonly undeclared: readonly Difference[];
}

interface Stated {
    readonly type: string;
    readonly urn: string;
    readonly inputs?: Identity;
}

interface Identity {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Named extends Identity {
    readonly type: string;
    /** The resource's name in the program. */
    readonly name: string;
}

/** @param environment name of the environment's site. @throws LabError where one of the two does not answer */
export async function compare(
    site: string,
    environment: string,
    home: string,
    binDirectory: string,
): Promise<Comparison> {
    const [left, right] = [await live(site, home, binDirectory), await live(environment, home, binDirectory)];
    refuseNothing([site, left], [environment, right]);
    const found = differences(left, right);
    const wrong = undeclared(found, LIVE_MAY_DIFFER);
    return {
        site,
        environment,
        objects: { site: left.length, environment: right.length },
        declared: found.length - wrong.length,
        undeclared: wrong,
    };
}

/** Two sites without objects would be the same in every way. @throws LabError naming the site without objects */
export function refuseNothing(...compared: readonly (readonly [site: string, objects: readonly unknown[]])[]): void {
    for (const [site, objects] of compared) {
        if (objects.length === 0) {
            throw new LabError(
                `${site} has no objects to compare: its stack declares none, or none of them is there. Run npm run pulumi -- up -s ${site}`,
            );
        }
    }
}

async function live(site: string, home: string, binDirectory: string): Promise<SiteResource[]> {
    const known = await stated(site);
    if (known.length === 0) {
        // kubectl accepts no empty list.
        return [];
    }
    const list = {
        apiVersion: "v1",
        kind: "List",
        items: known.map(({ apiVersion, kind, metadata: { name, namespace } }) => ({
            apiVersion,
            kind,
            metadata: { name, namespace },
        })),
    };
    const args = [`--kubeconfig=${new SitePaths(home, site).kubeconfig}`, "get", "--filename=-", "--output=json"];
    const output = await piped(path.join(binDirectory, "kubectl"), args, JSON.stringify(list)).catch(
        (error: unknown) => {
            throw new LabError(
                `The objects of ${site} cannot be read, and both have to run to be compared: ${(error as Error).message}`,
            );
        },
    );
    const { items } = JSON.parse(output) as { items: Identity[] };
    const byIdentity = new Map(items.map((item) => [identity(item), item]));
    return known.flatMap((resource) => {
        const object = byIdentity.get(identity(resource));
        return object === undefined
            ? []
            : [liveResource(resource.type, resource.name, object as unknown as SiteResource["inputs"])];
    });
}

/** The objects in the stack's state. */
async function stated(stack: string): Promise<Named[]> {
    const text = await fs.readFile(stateFile(stack), "utf8").catch(() => {
        throw new LabError(`There is no stack ${stack} to compare: npm run pulumi -- up -s ${stack}`);
    });
    const { checkpoint } = JSON.parse(text) as { checkpoint: { latest: { resources: Stated[] } } };
    return checkpoint.latest.resources
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .flatMap(({ type, urn, inputs }) => (inputs ? [{ ...inputs, type, name: urn.split("::").at(-1) ?? "" }] : []));
}

function identity({ apiVersion, kind, metadata: { namespace = "", name } }: Identity): string {
    return [apiVersion, kind, namespace, name].join("/");
}

function piped(command: string, args: readonly string[], input: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args);
        const [output, errors]: [Buffer[], Buffer[]] = [[], []];
        child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
        child.once("error", reject);
        child.once("close", (code) => {
            const said = Buffer.concat(errors).toString().trim();
            // kubectl reports objects that do not exist, and these are differences.
            if (code === 0 || /^(Error from server \(NotFound\).*\n?)+$/.test(said)) {
                resolve(Buffer.concat(output).toString());
            } else {
                reject(new Error(said));
            }
        });
        child.stdin.end(input);
    });
}
