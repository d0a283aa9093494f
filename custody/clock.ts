/** Checks this machine's clock: a certificate signed by a clock that is ahead opens a site at an hour that no custodian agreed to. */
import { request } from "node:https";
import { UserError } from "../command-line/command";
import { CLOCK_SKEW_MS } from "../credentials/certificates";

const ANSWER_MS = 5_000;

/**
 * The time of a server's clock, to a second (RFC 9110, 6.6.1); undefined where it does not answer.
 * @param authority of the server's certificate, in PEM
 */
export function timeAt(server: string, authority: string): Promise<Date | undefined> {
    return new Promise((resolve) => {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const sent = request(new URL("/version", server), { method: "HEAD", ca: authority, signal }, (response) => {
            response.resume();
            const time = new Date(response.headers.date ?? "");
            resolve(Number.isNaN(time.getTime()) ? undefined : time);
        });
        sent.once("error", () => resolve(undefined)).end();
    });
}

/**
 * @param there time of the site's API server; undefined where it does not answer
 * @param agreed time on the custodians' own watches, where they have compared it
 * @throws UserError where the clock here differs from theirs, or nobody can tell
 */
export function refuseWrongClock(here: Date, there: Date | undefined, agreed: Date | undefined): void {
    const other = there ?? agreed;
    if (other === undefined) {
        throw new UserError(
            `The site's API server does not answer, so that nobody can tell whether it is ${here.toISOString()}. Give the time that ` +
                "the custodians have on their watches: --now, such as --now 2026-03-01T12:00Z.",
        );
    }
    if (Math.abs(here.getTime() - other.getTime()) > CLOCK_SKEW_MS) {
        const whose = there === undefined ? "--now is" : "the site's API server has";
        throw new UserError(
            `The clock here says ${here.toISOString()}, and ${whose} ${other.toISOString()}: what is signed would open the site at ` +
                "another hour than this. Set this machine's clock, and sign again.",
        );
    }
}
