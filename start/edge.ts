/** Checks what the edge of a site answers, and to whom: it asks like allies and the public, over TLS and from addresses outside. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type SecureContextOptions, connect } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import Table from "cli-table3";
import { ask } from "../data/ask";
import { databaseOf } from "../data/connect";
import { runningOf } from "../infra/registries/config";
import { REGISTRIES, type Registry } from "../data/registries";
import type { EmbassyConfig } from "../infra/site/config";
import type { Handed } from "../infra/edge/allies";
import type { PublicPage } from "../infra/edge/edge";
import { plan } from "../infra/site/plan";
import { GAZETTE_READS } from "../infra/conventions/registries";
import { GAZETTE } from "../infra/edge/plan-gazette";
import type { ServedPlan } from "../infra/edge/plan-served";
import { toolchainChoice } from "../toolchain/build";
import { stackOutputs } from "../toolchain/cli/outputs";
import { stackConfig } from "../toolchain/cli/stack-config";
import { LabError } from "../lab/errors";
import { allyEntrance } from "../lab/nodes/entrance";
import { TABLE_STYLE } from "../command-line/table";
import { together } from "../command-line/together";

export interface Visit {
    readonly site: string;
    /** The certificate's name, or a word for somebody without one. */
    readonly who: string;
    readonly asked: string;
    readonly answer: string;
    readonly asExpected: boolean;
}

/** Outputs of a stack with an edge: see infra/edge/edge.ts. */
interface Outputs {
    readonly allies: Readonly<Record<string, Handed>>;
    readonly revokedAllies: Readonly<Record<string, Handed>>;
    readonly publicPage?: { readonly [K in keyof PublicPage]: string };
}

interface Answer {
    /** Status of the HTTP answer, or why there is none. */
    readonly status: number | typeof NO_HANDSHAKE | "no answer:";
    readonly body: string;
}

const NO_HANDSHAKE = "no handshake";
/** Node.js' name of the alert certificate_required of RFC 8446, section 6.2. */
const REFUSED = "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";

/** Milliseconds in which the edge answers, which is longer than it waits for a registry. */
const PATIENCE = 10_000;

/** Visits the edges of `sites`, and asks about the `asked` registries. @throws LabError where a site that has an edge is not up */
export async function visitEdges(sites: readonly string[], asked: readonly Registry[] = REGISTRIES): Promise<Visit[]> {
    const visits: Visit[] = [];
    for (const site of sites) {
        visits.push(...(await visitEdge(stackConfig(site), asked)));
    }
    return visits;
}

/**
 * One ally asks about all running registries, and must get what they say themselves. Somebody with a revoked certificate, and somebody
 * without one, must be refused. Everybody must get the page, where there is one.
 *
 * @returns nothing for a site without an edge
 * @throws LabError where the stack is not up
 */
async function visitEdge(config: EmbassyConfig, about: readonly Registry[]): Promise<Visit[]> {
    const site = config.site.name;
    const { edge } = plan(config);
    if (edge === undefined) {
        return [];
    }
    const { allies, revokedAllies, publicPage } = await outputsOf(site);
    const visits: Visit[] = [];
    const visit = async (
        who: string,
        asked: string,
        at: ServedPlan,
        secure: SecureContextOptions,
        path: string,
        judge: (answer: Answer) => Judgement,
    ): Promise<void> => {
        visits.push({ site, who, asked, ...judge(await get(site, at, secure, path)) });
    };
    const [[ally, handed] = []] = Object.entries(allies);
    const running = runningOf(config, about);
    if (ally !== undefined && handed !== undefined) {
        // The databases themselves give somebody to ask about, and the rows that the edge must answer with.
        const expected = await together(running.map((registry) => ask(databaseOf(registry, site), registry, {})));
        for (const { registry, of, at, rows } of expected) {
            const path = `/${registry}?${new URLSearchParams({ of, at }).toString()}`;
            await visit(ally, registry, edge, shows(handed), path, ({ status, body }) =>
                status === 200 &&
                rows.length > 0 &&
                isDeepStrictEqual((JSON.parse(body) as { rows: unknown }).rows, rows)
                    ? { answer: `as the registry says itself, rows: ${rows.length}`, asExpected: true }
                    : { answer: `${status} ${body}`, asExpected: false },
            );
        }
    }
    const [revoked] = Object.entries(revokedAllies);
    if (revoked !== undefined) {
        const [name, shown] = revoked;
        await visit(`${name}, revoked`, "edge", edge, shows(shown), "/", refusedWith(403));
    }
    const ca = [handed, revoked?.[1]].map((one) => one?.authority).find(Boolean);
    await visit("no certificate", "edge", edge, { ca }, "/", refusedWith(NO_HANDSHAKE));
    if (edge.gazette !== undefined && publicPage !== undefined && running.includes(GAZETTE_READS)) {
        await visit("everybody", GAZETTE, edge.gazette, { ca: publicPage.authority }, "/", ({ status, body }) => {
            const asExpected = status === 200 && body.includes("</html>");
            return { answer: asExpected ? "the page" : `${status} ${body}`, asExpected };
        });
    }
    return visits;
}

type Judgement = Pick<Visit, "answer" | "asExpected">;

function refusedWith(refusal: Answer["status"]): (answer: Answer) => Judgement {
    return ({ status, body }) =>
        status === refusal
            ? { answer: `refused: ${status}`, asExpected: true }
            : { answer: `${status} ${body}`, asExpected: false };
}

function shows({ key, certificate, authority }: Handed): SecureContextOptions {
    return { key, cert: certificate, ca: authority };
}

async function get(
    site: string,
    { host, address }: ServedPlan,
    secure: SecureContextOptions,
    path: string,
): Promise<Answer> {
    let socket: Socket | undefined;
    try {
        socket = await allyEntrance(site, { host: address, port: 443 }, PATIENCE);
        const tls = { ...secure, socket, servername: host };
        const options = { host, path, createConnection: () => connect(tls), signal: AbortSignal.timeout(PATIENCE) };
        const [response] = (await once(request(options).end(), "response")) as [IncomingMessage];
        return { status: response.statusCode ?? 0, body: await text(response) };
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return { status: code === REFUSED ? NO_HANDSHAKE : "no answer:", body: code === REFUSED ? "" : message };
    } finally {
        socket?.destroy();
    }
}

export function visitsTable(visits: readonly Visit[]): string {
    const table = new Table({
        head: ["edge", "who", "asks", "is told"],
        style: TABLE_STYLE,
    });
    for (const { site, who, asked, answer, asExpected } of visits) {
        table.push([site, who, asked, asExpected ? answer : `WRONG: ${answer}`]);
    }
    return table.toString();
}

async function outputsOf(site: string): Promise<Outputs> {
    const outputs: Partial<Outputs> = (await stackOutputs(site, toolchainChoice())) ?? {};
    if (outputs.allies === undefined || outputs.revokedAllies === undefined) {
        throw new LabError(`The stack ${site} has no certificates for allies: run npm run pulumi -- up -s ${site}`);
    }
    return outputs as Outputs;
}
