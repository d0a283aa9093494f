/** Formats results for people. */
import Table from "cli-table3";
import { GLASS_CERTIFICATE, GLASS_KUBECONFIG, GLASS_RECORD } from "./files";
import { type GlassRecord, type Transcript, fingerprint } from "./format";
import type { RehearsalReport } from "./rehearse";
import { TABLE_STYLE } from "../command-line/table";

const NARROW = { colWidths: [null, null, 60], wordWrap: true };

export function ceremonyReport({ witness, threshold, custodians, secrets, until }: Transcript, folder: string): string {
    const table = new Table({ head: ["custodian", "country", "until", "shares"], style: TABLE_STYLE });
    const names = Object.keys(secrets);
    table.push(...custodians.map(({ office, country, until }) => [office, country, until, names.join(", ")]));
    return [
        table.toString(),
        `Any ${threshold} of ${custodians.length} recover them, until ${until}. Signed by ${witness.office}, ${fingerprint(witness.key)}.`,
        `${folder}: an envelope for each custodian, and the transcript, of which everybody may have a copy.`,
        "Let each custodian keep the witness's fingerprint on paper: recover, break-glass and record are told it with --witness.",
        `${GLASS_CERTIFICATE} in there goes to every stack file, as data-embassy:keys.breakGlass: by it API servers know who breaks the glass.`,
        "Now let them be rehearsed with: npm run keys -- recover. Then remove the envelopes here.",
    ].join("\n");
}

export function rehearsalReport({ steps, right, seconds }: RehearsalReport): string {
    const table = new Table({ head: ["step", "as it must be", "detail"], style: TABLE_STYLE, ...NARROW });
    table.push(...steps.map(({ step, right, detail }) => [step, right ? "yes" : "NO", detail]));
    const verdict = right ? "Everything came out as it must" : "NOT everything came out as it must";
    return `${table.toString()}\n${verdict}, in ${seconds.toFixed(1)} s with throw-away keys.`;
}

export function recoveryReport(names: readonly string[], file: string, { witness }: Transcript): string {
    return [
        `${names.join(", ")}: recovered into ${file}, in the clear. The transcript is signed by ${witness.office}, ${fingerprint(witness.key)}.`,
        `To restore with them: npm run restore -- --keys ${file} --from <site>. Remove the file afterwards.`,
    ].join("\n");
}

export function glassReport(record: GlassRecord, folder: string): string {
    const { person, site, until, custodians } = record;
    return [
        `${person} is let into ${site} until ${until}, by ${custodians.join(", ")}: kubectl --kubeconfig ${folder}/${GLASS_KUBECONFIG}`,
        `${folder}/${GLASS_RECORD} says so, signed: a copy goes with each custodian. Remove the folder afterwards.`,
    ].join("\n");
}

export function recordReport(record: GlassRecord, { witness }: Transcript): string {
    const { person, site, askedBy, reason, given, until, custodians, certificate } = record;
    return [
        `${person} was let into ${site} from ${given} to ${until}, by ${custodians.join(", ")}. Asked for by ${askedBy}: ${reason}`,
        `What was done is in the audit log of ${site}, with the certificate X509SHA256=${certificate}.`,
        `A quorum signed this; the transcript is signed by ${witness.office}, ${fingerprint(witness.key)}.`,
    ].join("\n");
}
