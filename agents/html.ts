/** What our pages share: how one is answered, and how a browser is let show it and nothing else. */
import { createHash } from "node:crypto";
import { type html, raw } from "hono/html";

/** A template in which everything that was put is escaped. */
export type Html = ReturnType<typeof html>;

export async function pageResponse(page: Html, status: number, headers: Record<string, string>): Promise<Response> {
    return new Response(String(await page), {
        status,
        headers: { "content-type": "text/html; charset=utf-8", ...headers },
    });
}

/** The style as an element. It is in each page, so that one which says that nothing can be had is complete by itself. */
export function styleElement(css: string): ReturnType<typeof raw> {
    return raw(`<style>${css}</style>`);
}

/** A policy that allows no script, no frame, nothing from elsewhere, and only the style given. @param formAction where its forms may lead */
export function contentSecurityPolicy(
    css: string,
    formAction: "'none'" | "'self'",
): Readonly<Record<string, string[]>> {
    return {
        defaultSrc: ["'none'"],
        styleSrc: [`'sha256-${createHash("sha256").update(css).digest("base64")}'`],
        formAction: [formAction],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
    };
}
