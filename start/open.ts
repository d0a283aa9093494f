/** `npm run lab -- open`: the lab's pages, in a browser on this machine. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Handed } from "../infra/edge/allies";
import { STATUS_PAGE_PORT } from "../infra/monitoring/plan-status-page";
import { statusPageName } from "../infra/networking/addresses";
import { plan } from "../infra/site/plan";
import { embassyHome } from "../command-line/paths";
import { LabError } from "../lab/errors";
import { allyEntrance, podEntrance } from "../lab/nodes/entrance";
import { SitePaths } from "../lab/paths";
import { placeOf, watchersPods } from "../monitoring/ask";
import { toolchainChoice } from "../toolchain/build";
import { stackOutputs } from "../toolchain/cli/outputs";
import { addressOf } from "../toolchain/cli/site-address";
import { stackConfig } from "../toolchain/cli/stack-config";
import { Client } from "../toolchain/providers/kubernetes/client";
import { type Served, relay } from "./relay";

/** Outputs of a stack that has pages to open: see infra/index.ts. */
interface Outputs {
    readonly publicPage?: { readonly authority: string };
    readonly statusPage?: { readonly authority: string; readonly viewers: Readonly<Record<string, Handed>> };
}

/** Milliseconds in which a site lets somebody in. */
const PATIENCE = 10_000;

/**
 * @param seconds after which it ends; without them it goes on until it is ended
 * @throws LabError where there is nothing to open, or `seconds` are none
 */
export async function openPages(
    sites: readonly string[],
    seconds: string | undefined,
    print: (line: string) => void,
): Promise<void> {
    if (seconds !== undefined && !/^[1-9]\d{0,5}$/.test(seconds)) {
        throw new LabError(`--for is "${seconds}"; it must be a number of seconds, such as 60.`);
    }
    const pages = (await Promise.all(sites.map(pagesOf))).flat();
    if (pages.length === 0) {
        throw new LabError(
            "No site has a page: declare data-embassy:monitoring.viewers or data-embassy:edge.public, and run npm start.",
        );
    }
    const opened = await Promise.all(
        pages.map(async ({ what, served }) => {
            const { server, url } = await relay(served);
            print(`${what}: ${url}`);
            return server;
        }),
    );
    if (seconds === undefined) {
        print("Ctrl-C ends it.");
        await new Promise(() => undefined);
    }
    await sleep(Number(seconds) * 1000);
    opened.forEach((server) => {
        server.closeAllConnections();
        server.close();
    });
}

async function pagesOf(site: string): Promise<{ readonly what: string; readonly served: Served }[]> {
    const config = stackConfig(site);
    const { publicPage, statusPage }: Outputs = (await stackOutputs(site, toolchainChoice())) ?? {};
    const [viewer] = Object.values(statusPage?.viewers ?? {});
    const gazette = plan(config).edge?.gazette;
    const pages = [];
    if (statusPage !== undefined && viewer !== undefined) {
        const served: Served = {
            host: statusPageName(site),
            secure: { ca: statusPage.authority, cert: viewer.certificate, key: viewer.key },
            enter: async () => {
                const place = await watcherOf(site, config.site.context);
                return podEntrance(site, { ...place, port: STATUS_PAGE_PORT }, PATIENCE);
            },
        };
        pages.push({ what: `${site}, status page`, served });
    }
    if (publicPage !== undefined && gazette !== undefined) {
        const served: Served = {
            host: gazette.host,
            secure: { ca: publicPage.authority },
            enter: () => allyEntrance(site, { host: gazette.address, port: 443 }, PATIENCE),
        };
        pages.push({ what: `${site}, gazette`, served });
    }
    return pages;
}

/** A pod that serves the status page; it is entered from its own machine, which alone reaches it besides viewers. */
async function watcherOf(site: string, context: string): Promise<{ readonly node: string; readonly address: string }> {
    const { kubeconfig } = new SitePaths(embassyHome, site);
    const api = new Client(await addressOf(site, context, { ...process.env, EMBASSY_KUBECONFIG: kubeconfig }));
    const [place] = (await watchersPods(api)).flatMap((pod) => placeOf(pod) ?? []);
    if (place === undefined) {
        throw new LabError(`${site} has no pod that serves the status page.`);
    }
    return place;
}
