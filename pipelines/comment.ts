/** Keeps one comment on a pull request or merge request, which is written once and then updated. */
import { UserError } from "../command-line/command";

/** First line of the comment, which readers do not see. */
export const MARKER = "<!-- data-embassy: what this change would do -->";
/** GitHub takes 65 536 characters; GitLab takes more. */
const MOST = 65_536;

export interface Comment {
    readonly id: number;
    readonly body: string;
}

export interface Discussion {
    /** The comments that this pipeline's own user wrote, the oldest first: anybody may write a marker. */
    own(): Promise<readonly Comment[]>;
    create(body: string): Promise<unknown>;
    update(id: number, body: string): Promise<unknown>;
    remove(id: number): Promise<unknown>;
}

/** @throws UserError where the report is too long, or empty */
export async function keepComment(
    discussion: Discussion,
    report: string,
): Promise<"written" | "updated" | "as it was"> {
    const body = `${MARKER}\n${report.trim()}`;
    if (report.trim() === "" || body.length > MOST) {
        throw new UserError(
            `The report has ${report.length} characters: a comment takes from 1 to ${MOST - MARKER.length - 1}.`,
        );
    }
    const [first, ...others] = (await discussion.own()).filter(({ body: text }) => text.startsWith(MARKER));
    // Two runs that began at once may each have written one.
    for (const { id } of others) {
        await discussion.remove(id);
    }
    if (first === undefined) {
        await discussion.create(body);
        return "written";
    }
    if (first.body === body) {
        return "as it was";
    }
    await discussion.update(first.id, body);
    return "updated";
}
