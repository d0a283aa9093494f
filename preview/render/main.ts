/** `main.ts ROOT MAIN STACK…` is the child that renders a tree, and reports each stack to its parent. */
import { renderTree } from "./stack";

async function main([root = "", program = "", ...stacks]: readonly string[]): Promise<void> {
    for (const stack of stacks) {
        const outcome = await renderTree(root, program, stack);
        await new Promise((sent) => process.send?.(outcome, undefined, undefined, sent));
    }
    process.disconnect();
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
});
