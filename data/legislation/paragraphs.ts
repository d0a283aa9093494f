/** What acts say. The text is plainly made up: sentences that are numbered and say nothing of any real act. */
import type { DatasetOptions } from "../registry-data";
import { Random } from "../shared/random";
import { Acts, type Publication } from "./acts";

export interface Paragraph {
    readonly number: number;
    /** The version that brought it, and the one that took it away. */
    readonly from: Publication;
    readonly to: number;
    readonly text: string;
    /** Acts that it names. */
    readonly cites: readonly number[];
}

const CHANGES = 0.25;

export function* paragraphs(options: DatasetOptions, acts: Acts, act: number): Generator<Paragraph, void, undefined> {
    const publications = acts.publications(act);
    const random = new Random().restart(options.seed, 61, act);
    const count = random.between(8, 30);
    for (let number = 1; number <= count; number++) {
        const versions = publications.filter((_, index) => index === 0 || random.chance(CHANGES));
        for (const [index, from] of versions.entries()) {
            const to = versions[index + 1]?.from ?? (publications.at(-1) as Publication).to;
            yield { number, from, to, ...write(acts, act, random) };
        }
    }
}

function write(acts: Acts, act: number, random: Random): Pick<Paragraph, "text" | "cites"> {
    const cites: number[] = [];
    const sentences: string[] = [];
    const count = random.between(1, 4);
    for (let number = 1; number <= count; number++) {
        const cited = random.between(1, acts.count);
        if (cited !== act && !cites.includes(cited) && random.chance(0.2)) {
            cites.push(cited);
            sentences.push(`(${number}) Kohaldatakse ka akti „${acts.title(cited)}“.`);
        } else {
            sentences.push(
                `(${number}) Näidisasutus ${random.between(1, 99)} peab näidisregistrit ${random.between(1, 99)} ja esitab ` +
                    `aruande ${random.between(5, 90)} päeva jooksul.`,
            );
        }
    }
    return { text: sentences.join(" "), cites };
}
